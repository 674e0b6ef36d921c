//! Errors as OSS answers them.

use std::borrow::Cow;
use std::io;

use http::StatusCode;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// What a request is answered with that cannot be fulfilled.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    message: Cow<'static, str>,
    pub(crate) ec: Option<&'static str>,
    elements: Vec<(&'static str, Element)>,
}

#[derive(Clone, Debug)]
enum Element {
    Text(String),
    Elements(Vec<(&'static str, String)>),
}

impl Failure {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, message: message.into(), ec: None, elements: Vec::new() }
    }

    pub(crate) fn ec(self, ec: impl Into<Option<&'static str>>) -> Self {
        Self { ec: ec.into(), ..self }
    }

    /// With one more element in the XML.
    pub(crate) fn element(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.elements.push((name, Element::Text(text.into())));
        self
    }

    /// With one more element in the XML, that has elements itself.
    pub(crate) fn nested(
        mut self,
        name: &'static str,
        elements: Vec<(&'static str, String)>,
    ) -> Self {
        self.elements.push((name, Element::Elements(elements)));
        self
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn invalid_argument(name: &'static str, value: impl Into<String>) -> Self {
        Self::bad_request("InvalidArgument", format!("The value of {name} is invalid."))
            .element("ArgumentName", name)
            .element("ArgumentValue", value)
    }

    pub(crate) fn access_denied(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    }

    pub(crate) fn no_such_bucket(bucket: &str) -> Self {
        let message = "The specified bucket does not exist.";
        Self::new(StatusCode::NOT_FOUND, "NoSuchBucket", message)
            .ec("0015-00000101")
            .element("BucketName", bucket)
    }

    pub(crate) fn no_such_key(key: &str) -> Self {
        let message = "The specified key does not exist.";
        Self::new(StatusCode::NOT_FOUND, "NoSuchKey", message)
            .ec("0026-00000001")
            .element("Key", key)
    }

    pub(crate) fn no_such_version(key: &str, version_id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NoSuchVersion", "The specified version does not exist.")
            .element("Key", key)
            .element("VersionId", version_id)
    }

    pub(crate) fn no_such_upload(upload_id: &str) -> Self {
        let message = "The specified upload does not exist. The upload ID may be invalid, \
                       or the upload may have been aborted or completed.";
        Self::new(StatusCode::NOT_FOUND, "NoSuchUpload", message).element("UploadId", upload_id)
    }

    pub(crate) fn conflict(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// The XML, which needs to know which request it answers.
    pub(crate) fn to_xml(&self, request_id: &str, host: &str) -> String {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        // Writing to memory does not fail.
        let _ = self.write(&mut writer, request_id, host);
        String::from_utf8(writer.into_inner()).unwrap_or_default()
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>, request_id: &str, host: &str) -> io::Result<()> {
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        writer.create_element("Error").write_inner_content(|writer| {
            let text = |writer: &mut Writer<Vec<u8>>, name: &str, text: &str| {
                writer.create_element(name).write_text_content(BytesText::new(text)).map(drop)
            };
            text(writer, "Code", self.code)?;
            text(writer, "Message", &self.message)?;
            text(writer, "RequestId", request_id)?;
            text(writer, "HostId", host)?;
            for (name, element) in &self.elements {
                match element {
                    Element::Text(value) => text(writer, name, value)?,
                    Element::Elements(elements) => {
                        writer.create_element(*name).write_inner_content(|writer| {
                            elements.iter().try_for_each(|(name, value)| text(writer, name, value))
                        })?;
                    }
                }
            }
            if let Some(ec) = self.ec {
                text(writer, "EC", ec)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

impl From<io::Error> for Failure {
    /// What went wrong is for the log of the server, not for the client.
    fn from(error: io::Error) -> Self {
        tracing::error!(%error, "the storage failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "We encountered an internal error. Please try again.",
        )
    }
}
