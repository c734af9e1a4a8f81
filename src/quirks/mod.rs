//! Where real clients depart from the RFC, and what is made of it.
//!
//! Two mechanisms, no third: a *rewrite* repairs a message before it is bound, a *rule* is a
//! neutral choice that an engine reads. Whatever is done is reported as a [`Deviation`].
#![doc = include_str!("../docs/quirks.md")]

mod deviation;
mod presets;

use crate::filter::Syntax;
use crate::patch::{
    ConditionPaths, ListedValues, NoMatch, NoOperations, Omitted, ReadOnlyEcho, Rules,
};
use crate::resource::{UnknownAttributes, ValueRules};

pub use deviation::Deviation;

/// How a request is read, switch by switch; chosen per service provider, or per tenant with
/// [`RequestContext::with_quirks`](crate::auth::RequestContext::with_quirks). The default is [`Quirks::LENIENT`]. In [`Quirks::STRICT`] every
/// switch that is a `bool` is off; unknown attributes in a body are ignored there too, unless
/// `unknown_attributes` is [`UnknownAttributes::Refuse`].
///
/// ```
/// use scimwire::Quirks;
///
/// let mut quirks = Quirks::LENIENT;
/// quirks.bare_words_in_filters = true;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Booleans as text: `{"active": "False"}`, `roles[primary eq "True"]`. On by default.
    pub boolean_strings: bool,
    /// `replace` of `emails[type eq "work"].value` makes the e-mail address where there is none. On
    /// by default.
    pub create_on_no_match: bool,
    /// Read-only attributes in a path-less value are ignored: `{"op": "replace", "value": {"meta":
    /// {}, "title": "x"}}`. On by default.
    pub ignore_read_only: bool,
    /// What `remove` does with a `value`: `{"op": "remove", "path": "members", "value": [{"value":
    /// "2819c223"}]}`. `Remove` by default.
    pub listed_values: ListedValues,
    /// A value where a complex attribute belongs: `{"manager": "26118915"}`, `{"members":
    /// ["2819c223"]}`. On by default.
    pub value_for_complex: bool,
    /// An array of one where there can only be one value: `{"manager": [{"value": "26118915"}]}`.
    /// On by default.
    pub array_for_one: bool,
    /// One value where there can be several: `{"emails": {"value": "bjensen@example.com"}}`,
    /// `{"emails": "bjensen@example.com"}`, or for names of attributes in a search `{"attributes":
    /// "userName,emails"}`. On by default.
    pub one_for_many: bool,
    /// An object with a `value` where a simple value belongs: `{"displayName": [{"value":
    /// "Babs"}]}`. On by default.
    pub complex_for_value: bool,
    /// An empty string unassigns: `{"title": ""}`. On by default.
    pub empty_strings: bool,
    /// Text that is no URI where one belongs: `{"profileUrl": "my page"}`. On by default.
    pub any_references: bool,
    /// An attribute of an extension without its URN: `{"op": "add", "path": "department", "value":
    /// "Sales"}`, in the body of a POST or PUT `{"department": "Sales"}`, or in a filter `manager
    /// eq "26118915"`. On by default.
    pub bare_extension_attributes: bool,
    /// Schema URIs that the resource type does not have are ignored, and missing ones assumed; so
    /// are those of messages, such as `{"Operations": [..]}`. On by default.
    pub any_schemas: bool,
    /// What becomes of attributes that no schema defines. `Ignore` by default.
    pub unknown_attributes: UnknownAttributes,
    /// What `remove` with a condition for a path means: `{"op": "remove", "path": "schemas eq
    /// \"urn:example\""}`. `Select` by default.
    pub condition_paths: ConditionPaths,
    /// An operation whose path names no attribute is ignored, where it would be refused with
    /// `invalidPath`. Off by default.
    pub ignore_unknown_paths: bool,
    /// Words without quotes in filters: `userName eq bjensen`. Off by default.
    pub bare_words_in_filters: bool,
    /// Literals in any case in filters: `active eq True`. On by default.
    pub literal_case: bool,
    /// A POST without `active` is read as one with `"active": true`: a policy sees that. Otherwise
    /// the policy sees what the client sent, and the resource is active all the same if the policy
    /// does not say anything of it. On by default.
    pub active_by_default: bool,
    /// What PUT does with attributes that the body leaves out. `KeepBooleans` by default.
    pub omitted: Omitted,
    /// What a PATCH without operations means. `Refuse` by default.
    pub no_operations: NoOperations,
    /// White space around a path means nothing: `{"op": "replace", "path": " title", "value":
    /// "x"}`. On by default.
    pub padded_paths: bool,
    /// A blank path is no path: `{"op": "replace", "path": "", "value": {"title": "x"}}`; a blank
    /// parameter is none: `?filter=&count=`. On by default.
    pub blank_as_absent: bool,
    /// `replace` of a whole element keeps what the filter says of it: `{"op": "replace", "path":
    /// "roles[value eq \"Member\"]", "value": {"display": "x"}}`. On by default.
    pub keep_described: bool,
    /// An attribute that [`ResourceType::keeping`](crate::ResourceType::keeping) left out has no
    /// value and takes none, where it would be unknown: `{"op": "replace", "path": "nickName",
    /// "value": "Babs"}`, `?filter=nickName pr`. On by default.
    pub left_out_attributes: bool,
    /// A byte order mark before a body is no part of it. On by default.
    pub byte_order_mark: bool,
    /// Endpoints in any case: `/users`, `/serviceproviderconfig`, also in the `path` of a bulk
    /// operation. On by default.
    pub endpoint_case: bool,
    /// In a bulk request, the operations of a PATCH without their message: `{"method": "PATCH",
    /// "data": [{"op": "add", ..}]}`. On by default.
    pub bare_operations: bool,
    /// A bulk request with `"failOnErrors": 0` goes on to the end, as without it. On by default.
    pub zero_fail_on_errors: bool,
    /// The URN of a schema and the name of an attribute with a dot between them:
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department`. On by default.
    pub joined_urns: bool,
    /// An attribute with a value filter among those to return, or not to return, is the attribute
    /// without it: `?attributes=emails[type eq "work"]`. On by default.
    pub filtered_attributes: bool,
}

impl Quirks {
    /// The rules by which values and changes are read.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let values = ValueRules {
            boolean_strings: self.boolean_strings,
            one_for_many: self.one_for_many,
            array_for_one: self.array_for_one,
            value_for_complex: self.value_for_complex,
            complex_for_value: self.complex_for_value,
            empty_strings: self.empty_strings,
            any_references: self.any_references,
            any_schemas: self.any_schemas,
            unknown_attributes: self.unknown_attributes,
            left_out_attributes: self.left_out_attributes,
            secrets: false,
            read_only: false,
        };
        Rules {
            values,
            boolean_strings_in_filters: self.boolean_strings,
            no_match: if self.create_on_no_match { NoMatch::Create } else { NoMatch::Fail },
            listed_values: self.listed_values,
            read_only_echo: if self.ignore_read_only {
                ReadOnlyEcho::Ignore
            } else {
                ReadOnlyEcho::Compare
            },
            bare_extension_attributes: self.bare_extension_attributes,
            condition_paths: self.condition_paths,
            ignore_unknown_paths: self.ignore_unknown_paths,
            no_operations: self.no_operations,
            omitted: self.omitted,
            padded_paths: self.padded_paths,
            keep_described: self.keep_described,
            left_out_attributes: self.left_out_attributes,
            joined_urns: self.joined_urns,
        }
    }

    /// What is read in filters and paths beyond the grammar.
    #[must_use]
    pub fn syntax(&self) -> Syntax {
        Syntax {
            literal_case: self.literal_case,
            bare_words: self.bare_words_in_filters,
            ..Syntax::default()
        }
    }
}

#[cfg(test)]
mod tests;
