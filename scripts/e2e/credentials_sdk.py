"""PyPI `alibabacloud_credentials` against the local STS, metadata service and credentials URI; what
they issue is then used with `oss2`."""

import base64
import json
import pathlib
import time
from urllib.parse import urlsplit

import oss2
from alibabacloud_credentials.provider import (
    EcsRamRoleCredentialsProvider,
    OIDCRoleArnCredentialsProvider,
    RamRoleArnCredentialsProvider,
    URLCredentialsProvider,
)

from checks import assert_equal, assert_raises, check, finish, variable

ENDPOINT, REGION, BUCKET = variable("OSS_ENDPOINT"), variable("OSS_REGION"), variable("E2E_BUCKET")
ID, SECRET = variable("OSS_ACCESS_KEY_ID"), variable("OSS_ACCESS_KEY_SECRET")
ROLE = variable("E2E_ROLE_ARN")
# The package speaks HTTPS to STS, whatever it is told; SSL_CERT_FILE has the certificate.
STS = urlsplit(variable("E2E_STS_HTTPS_ENDPOINT")).netloc


def use(credentials):
    """Uploads and downloads with temporary credentials, in V4 and V1."""
    for version in [oss2.AUTH_VERSION_4, oss2.AUTH_VERSION_1]:
        auth = oss2.StsAuth(credentials.get_access_key_id(), credentials.get_access_key_secret(),
                            credentials.get_security_token(), auth_version=version)
        bucket = oss2.Bucket(auth, ENDPOINT, BUCKET, region=REGION)
        bucket.put_object("credentials/临时 1+1", b"temporary")
        assert_equal(bucket.get_object("credentials/临时 1+1").read(), b"temporary")
        # Without its token the AccessKey is worth nothing.
        bare = oss2.AuthV4(credentials.get_access_key_id(), credentials.get_access_key_secret())
        bucket = oss2.Bucket(bare, ENDPOINT, BUCKET, region=REGION)
        assert_raises(lambda: bucket.get_object("credentials/临时 1+1"),
                      lambda error: isinstance(error, oss2.exceptions.ServerError) and error.status == 403)


def ram_role_arn(**options):
    options = {"access_key_id": ID, "access_key_secret": SECRET, "role_arn": ROLE, "sts_endpoint": STS, **options}
    return RamRoleArnCredentialsProvider(role_session_name="e2e-python", duration_seconds=900, **options)


def is_refusal(code):
    return lambda error: code in str(error)


def session_policy():
    policy = ('{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:GetObject",'
              f'"Resource":"acs:oss:*:*:{BUCKET}/credentials/*"}}]}}')
    credentials = ram_role_arn(policy=policy).get_credentials()
    auth = oss2.StsAuth(credentials.get_access_key_id(), credentials.get_access_key_secret(),
                        credentials.get_security_token(), auth_version=oss2.AUTH_VERSION_4)
    bucket = oss2.Bucket(auth, ENDPOINT, BUCKET, region=REGION)
    assert_equal(bucket.get_object("credentials/临时 1+1").read(), b"temporary")
    assert_raises(lambda: bucket.put_object("credentials/x", b"x"),
                  lambda error: isinstance(error, oss2.exceptions.AccessDenied))


def oidc_token():
    """A token as the local STS believes it: it has no key of any issuer."""
    claims = {"iss": "https://oidc.localhost", "aud": "sts.aliyuncs.com", "sub": "e2e", "exp": int(time.time()) + 600}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims)] + [b"signature"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def oidc():
    token = pathlib.Path(variable("E2E_SCRATCH")) / "oidc-token"
    token.write_text(oidc_token())
    provider = OIDCRoleArnCredentialsProvider(role_arn=ROLE, oidc_provider_arn=variable("E2E_OIDC_PROVIDER_ARN"),
                                              oidc_token_file_path=str(token), sts_endpoint=STS,
                                              role_session_name="e2e-python", duration_seconds=900)
    use(provider.get_credentials())
    token.write_text("not.a.token")
    again = OIDCRoleArnCredentialsProvider(role_arn=ROLE, oidc_provider_arn=variable("E2E_OIDC_PROVIDER_ARN"),
                                           oidc_token_file_path=str(token), sts_endpoint=STS)
    assert_raises(again.get_credentials, is_refusal("AuthenticationFail.OIDCToken.Invalid"))


def ecs_ram_role(role_name, disable_imds_v1):
    provider = EcsRamRoleCredentialsProvider(role_name=role_name, disable_imds_v1=disable_imds_v1,
                                             async_update_enabled=False)
    # The address of the metadata service is a constant of the package.
    provider._EcsRamRoleCredentialsProvider__metadata_service_host = urlsplit(variable("ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT")).netloc
    use(provider.get_credentials())


def old_metadata_service(url):
    provider = oss2.credentials.EcsRamRoleCredentialsProvider(url)
    credentials = provider.get_credentials()
    auth = oss2.ProviderAuthV4(provider)
    bucket = oss2.Bucket(auth, ENDPOINT, BUCKET, region=REGION)
    assert_equal(bucket.get_object("credentials/临时 1+1").read(), b"temporary")
    assert credentials.get_security_token()


IMDS = variable("ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT")
ROLE_NAME = ROLE.rsplit("/", 1)[1]
check("alibabacloud_credentials: AssumeRole, used with OSS", lambda: use(ram_role_arn().get_credentials()))
check("alibabacloud_credentials: AssumeRole with a session policy", session_policy)
check("alibabacloud_credentials: a role assumed by a role",
      lambda: use(ram_role_arn(access_key_id=None, access_key_secret=None,
                               credentials_provider=ram_role_arn()).get_credentials()))
check("alibabacloud_credentials: AssumeRole with a wrong secret",
      lambda: assert_raises(ram_role_arn(access_key_secret="wrong").get_credentials, is_refusal("SignatureDoesNotMatch")))
check("alibabacloud_credentials: AssumeRole of a role that is not there",
      lambda: assert_raises(ram_role_arn(role_arn=ROLE + "-not").get_credentials, is_refusal("EntityNotExist.Role")))
check("alibabacloud_credentials: AssumeRoleWithOIDC, used with OSS", oidc)
check("alibabacloud_credentials: metadata service, role discovered", lambda: ecs_ram_role(None, True))
check("alibabacloud_credentials: metadata service, role given, v1 allowed", lambda: ecs_ram_role(ROLE_NAME, False))
check("oss2: metadata service without tokens",
      lambda: old_metadata_service(f"{IMDS}/latest/meta-data/ram/security-credentials/{ROLE_NAME}"))
check("alibabacloud_credentials: credentials URI",
      lambda: use(URLCredentialsProvider(uri=variable("ALIBABA_CLOUD_CREDENTIALS_URI")).get_credentials()))

finish()
