//! The table of tolerances: each is one entry, from which the switch, its documentation, its
//! default and what it reports follow.

use std::fmt;

use super::choices::{
    EmptyPatch, FilterAsPath, OmittedAttributes, RemoveWithValue, UnknownAttributes,
};
use crate::shown::Shown;

tolerances! {
    switches {
        /// Accepts booleans as strings: `{"active": "False"}`, `roles[primary eq "True"]`.
        boolean_strings = on, "T2" {
            /// A boolean was sent as a string.
            BooleanString(name: String) => "`{}`: string interpreted as a boolean", Shown(name);
        }
        /// Creates the element for a `replace` of `emails[type eq "work"].value` without a match.
        /// The filter may name only `type`, `primary` and `display`; without a filter, the path
        /// must name another sub-attribute. References to resources are never created. Otherwise it
        /// is `noTarget` (RFC 7644, Section 3.5.2.3).
        create_on_no_match = on, "T3" {
            /// An element was created, since the path matched none.
            Create(name: String) => "`{}`: no element matched, one was created", Shown(name);
        }
        /// Ignores read-only attributes in a value without a path: `{"op": "replace", "value":
        /// {"meta": {}, "title": "x"}}`. Otherwise they must have the current value.
        ignore_read_only = on, "T5" {
            /// A read-only attribute in a path-less value was ignored.
            ReadOnly(name: String) => "`{}`: read-only attribute ignored", Shown(name);
        }
        /// Accepts a simple value for a complex attribute, alone or in a list: `{"manager":
        /// "26118915"}`, `{"members": ["2819c223"]}`.
        scalar_as_complex_value = on, "T8" {
            /// A simple value was sent for a complex attribute.
            ScalarAsComplexValue(name: String) =>
                "`{}`: simple value interpreted as an object with that `value`", Shown(name);
        }
        /// Accepts an array with one element for a single-valued attribute: `{"manager": [{"value":
        /// "26118915"}]}`.
        unwrap_singleton_arrays = on, "T9" {
            /// An array with one element was sent for a single-valued attribute.
            UnwrappedSingletonArray(name: String) =>
                "`{}`: array with one element interpreted as a single value", Shown(name);
        }
        /// Accepts an object with a `value` for a simple attribute: `{"displayName": [{"value":
        /// "Babs"}]}`.
        complex_value_as_scalar = on, "" {
            /// An object with a `value` was sent for a simple attribute.
            ComplexValueAsScalar(name: String) => "`{}`: object interpreted as its `value`", Shown(name);
        }
        /// Accepts one value for a multi-valued attribute: `{"emails": {"value":
        /// "bjensen@example.com"}}`, `{"emails": "bjensen@example.com"}`, or for names of
        /// attributes in a search `{"attributes": "userName,emails"}`.
        wrap_single_values = on, "T10" {
            /// One value was sent for a multi-valued attribute.
            WrappedSingleValue(name: String) => "`{}`: single value interpreted as an array", Shown(name);
            /// Names of attributes in a search were sent as one string; the parameter.
            CommaList(parameter: &'static str) => "`{}`: comma-separated string interpreted as an array", parameter;
        }
        /// Reads an empty string as unassigned: `{"title": ""}`.
        empty_strings = on, "T11" {
            /// An empty string was interpreted as unassigned.
            EmptyString(name: String) => "`{}`: empty string interpreted as unassigned", Shown(name);
        }
        /// Accepts any string as a reference: `{"profileUrl": "my page"}`.
        accept_invalid_references = on, "T27" {
            /// A string that is not a URI was stored as a reference.
            InvalidReference(name: String) =>
                "`{}`: string that is not a URI accepted as a reference", Shown(name);
        }
        /// Accepts an attribute of an extension without its URN: `{"op": "add", "path":
        /// "department", "value": "Sales"}`, in the body of a POST or PUT `{"department":
        /// "Sales"}`, or in a filter `manager eq "26118915"`.
        unqualified_extension_attributes = on, "T13" {
            /// A filter, or a key of a body, named an attribute of an extension without the
            /// extension.
            UnqualifiedExtensionAttribute(name: String) =>
                "`{}`: extension attribute accepted without its URN", Shown(name);
            /// The path of an operation named an attribute of an extension without the extension.
            UnqualifiedExtensionPath(name: String) =>
                "`{}`: extension attribute accepted in a path without its URN", Shown(name);
        }
        /// Ignores unknown schema URIs, and adds missing ones, also those of messages such as
        /// `{"Operations": [..]}`.
        accept_unknown_schemas = on, "T14" {
            /// A schema URI that the resource type does not have was ignored.
            UnknownSchema(uri: String) => "`schemas`: unknown URI `{}` ignored", Shown(uri);
            /// `schemas` did not name the base schema.
            MissingSchema(uri: String) => "`schemas`: missing URI `{}` assumed", Shown(uri);
            /// A message did not name its schema, which is this one.
            MessageSchema(schema: &'static str) =>
                "`schemas`: missing message URI `{}` assumed", schema;
        }
        /// Ignores an operation whose path names an unknown attribute. Otherwise it is
        /// `invalidPath`.
        ignore_unknown_paths = off, "T14" {
            /// An unknown attribute in a path was ignored.
            UnknownPath(name: String) => "`{}`: operation on an unknown attribute ignored", Shown(name);
        }
        /// Accepts words without quotes in filters: `userName eq bjensen`.
        unquoted_strings = off, "T18" {
            /// A string in a filter had no quotes.
            UnquotedString => "word without quotes in a filter interpreted as a string";
        }
        /// Accepts single quotes in filters: `userName eq 'bjensen'`, without escapes.
        single_quotes = off, "" {
            /// A string in a filter had single quotes.
            SingleQuotes => "string in single quotes accepted in a filter";
        }
        /// Accepts `not` without parentheses in filters: `not title pr`.
        bare_not = off, "" {
            /// `not` in a filter had no parentheses.
            BareNot => "`not` without parentheses accepted in a filter";
        }
        /// Accepts a space before a bracket in filters: `emails [type eq "work"]`.
        space_before_bracket = off, "" {
            /// A filter had a space before a bracket.
            SpaceBeforeBracket => "space before a bracket ignored in a filter";
        }
        /// Accepts literals in any case in filters: `active eq True`.
        case_insensitive_literals = on, "" {
            /// A literal in a filter was not in lower case.
            CaseInsensitiveLiteral => "literal in a filter accepted in another case";
        }
        /// Reads a POST without `active` as one with `"active": true`, which hooks see. Otherwise
        /// hooks see what the client sent, and the resource is active unless a hook decides
        /// otherwise.
        active_by_default = on, "T21" {
            /// `active` had no value in a new resource.
            ActiveByDefault => "`active`: missing, assumed to be true";
        }
        /// Ignores white space around a path: `{"op": "replace", "path": " title", "value": "x"}`.
        /// Otherwise it is `invalidPath`.
        padded_paths = on, "" {
            /// A path had white space around it.
            PaddedPath(name: String) => "`{}`: whitespace around the path ignored", name;
        }
        /// Reads a blank path as absent: `{"op": "replace", "path": "", "value": {"title": "x"}}`,
        /// and a blank parameter: `?filter=&count=`.
        blank_as_absent = on, "" {
            /// The path of an operation was blank.
            BlankPath => "blank path interpreted as absent";
            /// A parameter was blank.
            BlankParameter(name: &'static str) => "`{}`: blank parameter interpreted as absent", name;
        }
        /// Keeps, in a `replace` of a whole element, the attributes that the filter names and the
        /// value omits: `{"op": "replace", "path": "roles[value eq \"Member\"]", "value":
        /// {"display": "x"}}`. Otherwise the value replaces the element (RFC 7644, Section
        /// 3.5.2.3).
        keep_described = on, "" {
            /// An element was replaced, and kept the attributes that the value filter names.
            KeptDescribed(name: String) =>
                "`{}`: sub-attributes named by the filter retained in the replaced element",
                Shown(name);
        }
        /// Reads an attribute that
        /// [`ResourceType::retain_attributes`](crate::ResourceType::retain_attributes) left out as
        /// one that never has a value. Otherwise it is unknown: `{"op": "replace", "path":
        /// "nickName", "value": "Babs"}`, `?filter=nickName pr`.
        left_out_attributes = on, "" {
            /// An attribute that is not stored was interpreted as unassigned.
            LeftOut(name: String) =>
                "`{}`: attribute not stored here, interpreted as unassigned", Shown(name);
        }
        /// Skips a byte order mark before a body.
        byte_order_mark = on, "" {
            /// The body began with a byte order mark.
            ByteOrderMark => "byte order mark before the body ignored";
        }
        /// Accepts endpoints in any case: `/users`, `/serviceproviderconfig`, also in the `path` of
        /// a bulk operation.
        endpoint_case = on, "" {
            /// An endpoint was spelled in another case.
            EndpointCase {
                /// The spelling of the client.
                received: String,
                /// The correct spelling.
                interpreted_as: String,
            } => "endpoint `{}` interpreted as `{}`", Shown(received), interpreted_as;
        }
        /// Accepts the operations of a PATCH without their message in a bulk request: `{"method":
        /// "PATCH", "data": [{"op": "add", ..}]}`.
        bare_operations = on, "" {
            /// The operations of a PATCH in a bulk request had no message.
            BareOperations => "`data`: interpreted as the operations of a PATCH";
        }
        /// Reads `"failOnErrors": 0` in a bulk request as absent.
        zero_fail_on_errors = on, "" {
            /// `failOnErrors` of a bulk request was 0.
            ZeroFailOnErrors => "`failOnErrors`: value 0 ignored";
        }
        /// Accepts a dot between the URN of a schema and the name of an attribute:
        /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department`.
        joined_urns = on, "" {
            /// The URI of a schema and the name of its attribute were joined by a dot.
            JoinedUrn(name: String) => "`{}`: dot before the attribute name interpreted as a colon", Shown(name);
        }
        /// Ignores the value filter of an attribute to return or to exclude:
        /// `?attributes=emails[type eq "work"]`.
        filtered_attributes = on, "" {
            /// An attribute to return or to exclude had a value filter.
            FilteredAttribute(name: String) =>
                "`{}`: value filter ignored", name;
        }
    }
    choices {
        /// The meaning of a `value` in `remove`: `{"op": "remove", "path": "members", "value":
        /// [{"value": "2819c223"}]}`.
        remove_with_value: RemoveWithValue = Remove, strict Remove, "T6" {
            /// A `remove` listed values; only these were removed.
            RemoveWithValue(name: String) => "`{}`: only the listed values were removed", Shown(name);
        }
        /// The treatment of attributes that no schema defines.
        unknown_attributes: UnknownAttributes = Ignore, strict Ignore, "T14" {
            /// An unknown attribute was ignored.
            UnknownAttribute(name: String) => "`{}`: unknown attribute ignored", Shown(name);
        }
        /// The meaning of a condition as the path of `remove`: `{"op": "remove", "path": "schemas
        /// eq \"urn:example\""}`.
        filter_as_path: FilterAsPath = Select, strict Select, "" {}
        /// The effect of PUT on attributes that the body omits.
        put_omitted: OmittedAttributes = KeepBooleans, strict Clear, "T21" {
            /// A PUT or PATCH unassigned `active`; the state did not change.
            ActiveKept => "`active`: not assigned, current state retained";
        }
        /// The meaning of a PATCH without operations.
        empty_patch: EmptyPatch = Reject, strict Reject, "T24" {
            /// The PATCH had no operations.
            EmptyPatch => "PATCH without operations accepted, nothing changed";
        }
    }
    always {
        op_case, "T1" {
            /// `op` was not in lower case.
            OpCase => "`op`: accepted in another case";
        }
        method_case, "T1" {
            /// The method of a bulk operation was not in upper case.
            MethodCase => "`method`: accepted in another case";
        }
        key_as_path, "T4" {
            /// A key of a body, or of a value without a path, was interpreted as a path.
            KeyAsPath(key: String) => "key `{}` interpreted as a path", Shown(key);
        }
        attribute_names, "T12" {
            /// The name of an attribute was spelled in another case.
            Name {
                /// The spelling of the client.
                received: String,
                /// The spelling of the schema.
                interpreted_as: String,
            } => "`{}` interpreted as `{}`", Shown(received), interpreted_as;
        }
        media_type, "T15" {
            /// The body had no media type, or that of other JSON.
            MediaType => "body interpreted as `application/scim+json`";
        }
        slashes, "T16" {
            /// The path had redundant slashes.
            RedundantSlashes => "redundant slashes in the URL ignored";
        }
        parameter_names, "T16" {
            /// A query parameter was spelled in another case.
            ParameterName {
                /// The spelling of the client.
                received: String,
                /// The spelling of the RFC.
                interpreted_as: &'static str,
            } => "parameter `{}` interpreted as `{}`", Shown(received), interpreted_as;
        }
        unknown_parameters, "T16" {
            /// The query had an unknown parameter.
            UnknownParameter(name: String) => "unknown parameter `{}` ignored", Shown(name);
        }
        empty_parameters, "T16" {
            /// The query had an empty parameter.
            EmptyParameter => "empty parameter in the query ignored";
        }
        plus_for_space, "T16" {
            /// The query had a `+` for a space, instead of `%20`.
            PlusAsSpace => "`+` in the query interpreted as a space";
        }
        filter_tail, "T17" {
            /// A filter had a comparison behind a bracket: `emails[type eq "work"].value eq "x"`.
            ComparisonAfterValuePath => "comparison after a bracket in a filter interpreted as a condition inside it";
        }
        compared_by_value, "T17" {
            /// A filter compared a complex attribute by its `value`.
            ComparedByValue(name: String) => "`{}`: compared by its `value`", Shown(name);
        }
        references, "T19" {
            /// A `$ref` next to a `value` was ignored, since it follows from the value.
            Reference(name: String) =>
                "`{}.$ref`: ignored, because it is derived from the `value`", Shown(name);
        }
        one_primary, "T20" {
            /// A new primary value replaced the old one.
            Primary(name: String) =>
                "`{}`: the new primary value replaced the previous one", Shown(name);
        }
        page_bounds, "T22" {
            /// `startIndex` or `count` was out of bounds.
            PageBounds {
                /// The parameter.
                parameter: &'static str,
                /// The value of the client.
                received: i64,
                /// The nearest allowed number.
                interpreted_as: i64,
            } => "`{}`: {} is out of bounds, interpreted as {}", parameter, received, interpreted_as;
        }
        unchanged, "T23" {
            /// The request changed nothing.
            NoOp => "the resource already had these values, nothing changed";
        }
        element_slots, "" {
            /// A value was left out, because the application has no place for it
            /// ([`ResourceType::with_elements`](crate::ResourceType::with_elements)).
            NoSlot(path: String) => "`{}`: value left out, because there is no place to store it", path;
        }
        indirect_groups, "" {
            /// The resource is in more indirect groups than are shown
            /// (`Limits::max_indirect_groups`).
            IndirectGroups {
                /// The number that is shown.
                shown: usize,
            } => "only the nearest {} indirect groups of a resource returned", shown;
        }
        groups, "" {
            /// The resource is in more groups than are shown (`Limits::max_groups`).
            Groups {
                /// The number that is shown.
                shown: usize,
            } => "only the first {} groups of a resource returned", shown;
        }
        page_bytes, "" {
            /// A page ended early because of its size (`Limits::max_page_bytes`) or memory
            /// (`Limits::max_page_memory`).
            PageBytes {
                /// The number of resources on the page.
                shown: usize,
            } => "page ended after {} resources because of its size", shown;
        }
        more, "" {
            /// There were further deviations: a report lists at most 100.
            More {
                /// The number of further ones.
                count: usize,
            } => "{} more deviations", count;
        }
    }
}
