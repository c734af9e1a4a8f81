//! Values of `x509Certificates` (RFC 7643, Section 4.1.2).

use crate::schema::bytes;

/// The tag of a SEQUENCE in DER, which a certificate is (RFC 5280, Section 4.1).
const SEQUENCE: u8 = 0x30;

/// The bytes of a value of `x509Certificates`, where that is one DER-encoded structure, and nothing
/// behind it: "each value contains exactly one DER-encoded X.509 certificate". What stands in the
/// certificate is the host's to check.
///
/// The service provider itself asks for base64 only; a host refuses other values in a
/// [`Hooks`](crate::hooks).
///
/// ```
/// use scimwire::resource::decode_certificate;
///
/// assert_eq!(decode_certificate("MAMCAQU=").as_deref(), Some(&[0x30, 3, 2, 1, 5][..]));
/// assert_eq!(decode_certificate("MAMCAQUwAwIBBQ=="), None); // two of them
/// ```
#[must_use]
pub fn decode_certificate(value: &str) -> Option<Vec<u8>> {
    let der = bytes(value)?;
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, content) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (length, content) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), content)
        }
        _ => return None,
    };
    // DER writes a length in as few bytes as it takes.
    let shortest = match first {
        0..=0x7f => true,
        0x81 => length > 0x7f,
        _ => length >> (8 * (usize::from(first & 0x7f) - 1)) > 0,
    };
    (tag == SEQUENCE && shortest && content.len() == length).then_some(der)
}
