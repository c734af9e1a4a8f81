//! Random secrets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scimwire::Secret;

/// The system has no random numbers.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system's random number generator failed")]
pub(crate) struct NoRandom;

/// 192 random bits, in letters that need no escape in a header, a form or a URL.
pub(crate) fn secret() -> Result<Secret, NoRandom> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(Secret::from(URL_SAFE_NO_PAD.encode(bytes)))
}

/// 48 random bits as letters: a unique name.
pub(crate) fn name() -> Result<String, NoRandom> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
