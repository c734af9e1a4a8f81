//! Ready-made quirks. The names of vendors stand here, and nowhere else in the library.

use super::Quirks;
use crate::patch::{ConditionPaths, ListedValues, NoOperations, Omitted};
use crate::resource::UnknownAttributes;

impl Quirks {
    /// What the RFC says, with the readings of its open questions that most implementations share;
    /// nothing else.
    pub const STRICT: Self = Self {
        boolean_strings: false,
        create_on_no_match: false,
        ignore_read_only: false,
        listed_values: ListedValues::Remove,
        value_for_complex: false,
        array_for_one: false,
        one_for_many: false,
        empty_strings: false,
        any_references: false,
        bare_extension_attributes: false,
        any_schemas: false,
        unknown_attributes: UnknownAttributes::Ignore,
        condition_paths: ConditionPaths::Select,
        ignore_unknown_paths: false,
        bare_words_in_filters: false,
        literal_case: false,
        active_by_default: false,
        omitted: Omitted::Clear,
        no_operations: NoOperations::Refuse,
        padded_paths: false,
        blank_as_absent: false,
        keep_described: false,
        left_out_attributes: false,
        complex_for_value: false,
        byte_order_mark: false,
        endpoint_case: false,
        bare_operations: false,
        zero_fail_on_errors: false,
        joined_urns: false,
        filtered_attributes: false,
    };

    /// Works with every client that we know: Okta, Microsoft Entra ID, OneLogin, JumpCloud, Google
    /// Workspace, PingOne, authentik, Keycloak, Rauthy. The default.
    pub const LENIENT: Self = Self {
        boolean_strings: true,
        create_on_no_match: true,
        ignore_read_only: true,
        value_for_complex: true,
        array_for_one: true,
        one_for_many: true,
        empty_strings: true,
        any_references: true,
        bare_extension_attributes: true,
        any_schemas: true,
        literal_case: true,
        active_by_default: true,
        omitted: Omitted::KeepBooleans,
        padded_paths: true,
        blank_as_absent: true,
        keep_described: true,
        left_out_attributes: true,
        complex_for_value: true,
        byte_order_mark: true,
        endpoint_case: true,
        bare_operations: true,
        zero_fail_on_errors: true,
        joined_urns: true,
        filtered_attributes: true,
        ..Self::STRICT
    };
}

impl Default for Quirks {
    fn default() -> Self {
        Self::LENIENT
    }
}
