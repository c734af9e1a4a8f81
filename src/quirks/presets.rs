//! Ready-made quirks. The names of vendors stand here, and nowhere else in the library.

use super::Quirks;

impl Quirks {
    /// Follows the RFC to the letter, with the usual interpretation of its open questions.
    pub const STRICT: Self = Self::strict();

    /// Tolerates the documented and observed deviations of Okta, Microsoft Entra ID, OneLogin,
    /// JumpCloud, Google Workspace, PingOne, authentik, Keycloak and Rauthy. The default.
    #[doc(alias = "okta")]
    #[doc(alias = "entra")]
    #[doc(alias = "azure")]
    pub const LENIENT: Self = Self::lenient();
}

impl Default for Quirks {
    fn default() -> Self {
        Self::LENIENT
    }
}
