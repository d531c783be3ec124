//! Long texts of a row, compressed.

use std::io::{Read, Write};

use serde_bytes::ByteBuf;

/// Longer texts are compressed: DynamoDB bills writes by the kilobyte.
const LONG: usize = 1_500;

/// A text as it is, or compressed.
pub(crate) type Packed = (Option<String>, Option<ByteBuf>);

/// Packs a text where that is worth it.
pub(crate) fn pack(text: &str) -> Result<Packed, std::io::Error> {
    if text.len() <= LONG {
        return Ok((Some(text.to_owned()), None));
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes())?;
    Ok((None, Some(ByteBuf::from(encoder.finish()?))))
}

/// The text again.
pub(crate) fn unpack(
    text: Option<String>,
    gzip: Option<ByteBuf>,
) -> Result<Option<String>, std::io::Error> {
    let Some(gzip) = gzip else { return Ok(text) };
    let mut text = String::new();
    flate2::read::GzDecoder::new(gzip.as_slice()).read_to_string(&mut text)?;
    Ok(Some(text))
}
