//! Ready-made quirks. The names of vendors stand here, and nowhere else in the library.

use super::Quirks;

impl Quirks {
    /// What the RFC says, with the readings of its open questions that most implementations share;
    /// nothing else.
    pub const STRICT: Self = Self::strict();

    /// Works with every client that we know: Okta, Microsoft Entra ID, OneLogin, JumpCloud, Google
    /// Workspace, PingOne, authentik, Keycloak, Rauthy. The default.
    pub const LENIENT: Self = Self::lenient();
}

impl Default for Quirks {
    fn default() -> Self {
        Self::LENIENT
    }
}
