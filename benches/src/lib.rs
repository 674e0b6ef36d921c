//! Benches of `oss-sign`; see `benches/`.
