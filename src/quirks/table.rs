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
            BooleanString(name: String) => "`{}`: a string was read as a boolean", Shown(name);
        }
        /// Creates the element for a `replace` of `emails[type eq "work"].value` without a match.
        /// The filter may name only `type`, `primary` and `display`; without a filter, the path
        /// must name another sub-attribute. References to resources are never created. Otherwise it
        /// is `noTarget` (RFC 7644, Section 3.5.2.3).
        create_on_no_match = on, "T3" {
            /// An element was created, since the path matched none.
            Create(name: String) => "`{}` was in no element, and one was made", Shown(name);
        }
        /// Ignores read-only attributes in a value without a path: `{"op": "replace", "value":
        /// {"meta": {}, "title": "x"}}`. Otherwise they must have the current value.
        ignore_read_only = on, "T5" {
            /// A read-only attribute in a path-less value was ignored.
            ReadOnly(name: String) => "`{}` is read-only and was ignored", Shown(name);
        }
        /// Accepts a simple value for a complex attribute, alone or in a list: `{"manager":
        /// "26118915"}`, `{"members": ["2819c223"]}`.
        scalar_as_complex_value = on, "T8" {
            /// A simple value was sent for a complex attribute.
            ScalarAsComplexValue(name: String) =>
                "`{}`: a string was read as an object with that `value`", Shown(name);
        }
        /// Accepts an array with one element for a single-valued attribute: `{"manager": [{"value":
        /// "26118915"}]}`.
        unwrap_singleton_arrays = on, "T9" {
            /// An array with one element was sent for a single-valued attribute.
            UnwrappedSingletonArray(name: String) =>
                "`{}`: an array of one was read as its value", Shown(name);
        }
        /// Accepts an object with a `value` for a simple attribute: `{"displayName": [{"value":
        /// "Babs"}]}`.
        complex_value_as_scalar = on, "" {
            /// An object with a `value` was sent for a simple attribute.
            ComplexValueAsScalar(name: String) => "`{}`: an object was read as its `value`", Shown(name);
        }
        /// Accepts one value for a multi-valued attribute: `{"emails": {"value":
        /// "bjensen@example.com"}}`, `{"emails": "bjensen@example.com"}`, or for names of
        /// attributes in a search `{"attributes": "userName,emails"}`.
        wrap_single_values = on, "T10" {
            /// One value was sent for a multi-valued attribute.
            WrappedSingleValue(name: String) => "`{}`: one value was read as an array of one", Shown(name);
            /// Names of attributes in a search were sent as one string; the parameter.
            CommaList(parameter: &'static str) => "`{}`: a text was read as a list", parameter;
        }
        /// Reads an empty string as unassigned: `{"title": ""}`.
        empty_strings = on, "T11" {
            /// An empty string was read as unassigned.
            EmptyString(name: String) => "`{}`: an empty string was read as no value", Shown(name);
        }
        /// Accepts any string as a reference: `{"profileUrl": "my page"}`.
        accept_invalid_references = on, "T27" {
            /// A string that is not a URI was stored as a reference.
            InvalidReference(name: String) =>
                "`{}`: text that is no URI was taken over as it is", Shown(name);
        }
        /// Accepts an attribute of an extension without its URN: `{"op": "add", "path":
        /// "department", "value": "Sales"}`, in the body of a POST or PUT `{"department":
        /// "Sales"}`, or in a filter `manager eq "26118915"`.
        unqualified_extension_attributes = on, "T13" {
            /// A filter, or a key of a body, named an attribute of an extension without the
            /// extension.
            UnqualifiedExtensionAttribute(name: String) =>
                "`{}` was taken for the attribute of an extension", Shown(name);
            /// The path of an operation named an attribute of an extension without the extension.
            UnqualifiedExtensionPath(name: String) =>
                "`{}` was read as the attribute of an extension", Shown(name);
        }
        /// Ignores unknown schema URIs, and adds missing ones, also those of messages such as
        /// `{"Operations": [..]}`.
        accept_unknown_schemas = on, "T14" {
            /// A schema URI that the resource type does not have was ignored.
            UnknownSchema(uri: String) => "`schemas`: `{}` was ignored", Shown(uri);
            /// `schemas` did not name the base schema.
            MissingSchema(uri: String) => "`schemas`: `{}` was missing and assumed", Shown(uri);
            /// A message did not name its schema, which is this one.
            MessageSchema(schema: &'static str) =>
                "`schemas` did not name `{}`, which was assumed", schema;
        }
        /// Ignores an operation whose path names an unknown attribute. Otherwise it is
        /// `invalidPath`.
        ignore_unknown_paths = off, "T14" {
            /// An unknown attribute in a path was ignored.
            UnknownPath(name: String) => "`{}` is no attribute and was ignored", Shown(name);
        }
        /// Accepts words without quotes in filters: `userName eq bjensen`.
        unquoted_strings = off, "T18" {
            /// A string in a filter had no quotes.
            UnquotedString => "a word without quotes in a filter was read as a text";
        }
        /// Accepts single quotes in filters: `userName eq 'bjensen'`, without escapes.
        single_quotes = off, "" {
            /// A string in a filter had single quotes.
            SingleQuotes => "a text in a filter was in single quotes";
        }
        /// Accepts `not` without parentheses in filters: `not title pr`.
        bare_not = off, "" {
            /// `not` in a filter had no parentheses.
            BareNot => "`not` in a filter was read without its parentheses";
        }
        /// Accepts a space before a bracket in filters: `emails [type eq "work"]`.
        space_before_bracket = off, "" {
            /// A filter had a space before a bracket.
            SpaceBeforeBracket => "the space before a bracket was passed over";
        }
        /// Accepts literals in any case in filters: `active eq True`.
        case_insensitive_literals = on, "" {
            /// A literal in a filter was not in lower case.
            CaseInsensitiveLiteral => "a literal in a filter was read without regard to case";
        }
        /// Reads a POST without `active` as one with `"active": true`, which hooks see. Otherwise
        /// hooks see what the client sent, and the resource is active unless a hook decides
        /// otherwise.
        active_by_default = on, "T21" {
            /// `active` had no value in a new resource.
            ActiveByDefault => "`active` was missing and taken as true";
        }
        /// Ignores white space around a path: `{"op": "replace", "path": " title", "value": "x"}`.
        /// Otherwise it is `invalidPath`.
        padded_paths = on, "" {
            /// A path had white space around it.
            PaddedPath(name: String) => "the white space around `{}` was passed over", name;
        }
        /// Reads a blank path as absent: `{"op": "replace", "path": "", "value": {"title": "x"}}`,
        /// and a blank parameter: `?filter=&count=`.
        blank_as_absent = on, "" {
            /// The path of an operation was blank.
            BlankPath => "a blank path was read as none";
            /// A parameter was blank.
            BlankParameter(name: &'static str) => "`{}` was blank and was read as not given", name;
        }
        /// Keeps, in a `replace` of a whole element, the attributes that the filter names and the
        /// value omits: `{"op": "replace", "path": "roles[value eq \"Member\"]", "value":
        /// {"display": "x"}}`. Otherwise the value replaces the element (RFC 7644, Section
        /// 3.5.2.3).
        keep_described = on, "" {
            /// An element was replaced, and kept the attributes that the value filter names.
            KeptDescribed(name: String) =>
                "what the filter says of an element of `{}` stayed when that was replaced",
                Shown(name);
        }
        /// Reads an attribute that
        /// [`ResourceType::retain_attributes`](crate::ResourceType::retain_attributes) left out as
        /// one that never has a value. Otherwise it is unknown: `{"op": "replace", "path":
        /// "nickName", "value": "Babs"}`, `?filter=nickName pr`.
        left_out_attributes = on, "" {
            /// An attribute that is not kept was read as one without a value.
            LeftOut(name: String) =>
                "`{}` is not kept here, and was read as an attribute without a value", Shown(name);
        }
        /// Skips a byte order mark before a body.
        byte_order_mark = on, "" {
            /// The body began with a byte order mark.
            ByteOrderMark => "the body began with a byte order mark";
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
            } => "the endpoint `{}` was read as `{}`", Shown(received), interpreted_as;
        }
        /// Accepts the operations of a PATCH without their message in a bulk request: `{"method":
        /// "PATCH", "data": [{"op": "add", ..}]}`.
        bare_operations = on, "" {
            /// The operations of a PATCH in a bulk request had no message.
            BareOperations => "`data` was read as the operations of a PATCH";
        }
        /// Reads `"failOnErrors": 0` in a bulk request as absent.
        zero_fail_on_errors = on, "" {
            /// `failOnErrors` of a bulk request was 0.
            ZeroFailOnErrors => "`failOnErrors` was 0 and was ignored";
        }
        /// Accepts a dot between the URN of a schema and the name of an attribute:
        /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department`.
        joined_urns = on, "" {
            /// The URI of a schema and the name of its attribute were joined by a dot.
            JoinedUrn(name: String) => "`{}` had a dot for the last colon", Shown(name);
        }
        /// Ignores the value filter of an attribute to return or to exclude:
        /// `?attributes=emails[type eq "work"]`.
        filtered_attributes = on, "" {
            /// An attribute to return or to exclude had a value filter.
            FilteredAttribute(name: String) =>
                "`{}` was read without the filter of its values", name;
        }
    }
    choices {
        /// The meaning of a `value` in `remove`: `{"op": "remove", "path": "members", "value":
        /// [{"value": "2819c223"}]}`.
        remove_with_value: RemoveWithValue = Remove, strict Remove, "T6" {
            /// A `remove` listed values; only these were removed.
            RemoveWithValue(name: String) => "of `{}` only the listed values were removed", Shown(name);
        }
        /// The treatment of attributes that no schema defines.
        unknown_attributes: UnknownAttributes = Ignore, strict Ignore, "T14" {
            /// An unknown attribute was ignored.
            UnknownAttribute(name: String) => "`{}`: an unknown attribute was ignored", Shown(name);
        }
        /// The meaning of a condition as the path of `remove`: `{"op": "remove", "path": "schemas
        /// eq \"urn:example\""}`.
        filter_as_path: FilterAsPath = Select, strict Select, "" {}
        /// The effect of PUT on attributes that the body omits.
        put_omitted: OmittedAttributes = KeepBooleans, strict Clear, "T21" {
            /// A PUT or PATCH unassigned `active`; the state did not change.
            ActiveKept => "`active` was given no value, and the state stayed as it was";
        }
        /// The meaning of a PATCH without operations.
        empty_patch: EmptyPatch = Reject, strict Reject, "T24" {
            /// The PATCH had no operations.
            EmptyPatch => "there were no operations, and nothing changed";
        }
    }
    always {
        op_case, "T1" {
            /// `op` was not in lower case.
            OpCase => "`op` was read without regard to case";
        }
        method_case, "T1" {
            /// The method of a bulk operation was not in upper case.
            MethodCase => "the method was read without regard to case";
        }
        key_as_path, "T4" {
            /// A key of a body, or of a value without a path, was read as a path.
            KeyAsPath(key: String) => "the key `{}` was read as a path", Shown(key);
        }
        attribute_names, "T12" {
            /// The name of an attribute was spelled in another case.
            Name {
                /// The spelling of the client.
                received: String,
                /// The spelling of the schema.
                interpreted_as: String,
            } => "`{}` was read as `{}`", Shown(received), interpreted_as;
        }
        media_type, "T15" {
            /// The body had no media type, or that of other JSON.
            MediaType => "the body was read as application/scim+json";
        }
        slashes, "T16" {
            /// The path had redundant slashes.
            RedundantSlashes => "the path had slashes that were left out";
        }
        parameter_names, "T16" {
            /// A query parameter was spelled in another case.
            ParameterName {
                /// The spelling of the client.
                received: String,
                /// The spelling of the RFC.
                interpreted_as: &'static str,
            } => "the parameter `{}` was read as `{}`", Shown(received), interpreted_as;
        }
        unknown_parameters, "T16" {
            /// The query had an unknown parameter.
            UnknownParameter(name: String) => "the parameter `{}` was ignored", Shown(name);
        }
        empty_parameters, "T16" {
            /// The query had an empty parameter.
            EmptyParameter => "the query had a `&` too many";
        }
        plus_for_space, "T16" {
            /// The query had a `+` for a space, instead of `%20`.
            PlusAsSpace => "each `+` in the query was read as a space";
        }
        filter_tail, "T17" {
            /// A filter had a comparison behind a bracket: `emails[type eq "work"].value eq "x"`.
            ComparisonAfterValuePath => "a comparison behind a bracket was read as one more condition inside it";
        }
        compared_by_value, "T17" {
            /// A filter compared a complex attribute by its `value`.
            ComparedByValue(name: String) => "`{}` was compared by its `value`", Shown(name);
        }
        references, "T19" {
            /// A `$ref` next to a `value` was ignored, since it follows from the value.
            Reference(name: String) =>
                "`{}.$ref` was ignored, since it follows from the value", Shown(name);
        }
        one_primary, "T20" {
            /// A new primary value replaced the old one.
            Primary(name: String) =>
                "a new primary value of `{}` took that from another one", Shown(name);
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
            } => "`{}` was {} and was read as {}", parameter, received, interpreted_as;
        }
        unchanged, "T23" {
            /// The request changed nothing.
            NoOp => "everything was as asked already, and nothing changed";
        }
        indirect_groups, "" {
            /// The resource is in more indirect groups than are shown
            /// (`Limits::max_indirect_groups`).
            IndirectGroups {
                /// The number that is shown.
                shown: usize,
            } => "of the indirect groups of a resource, the nearest {} were shown, and others left \
                  out", shown;
        }
        groups, "" {
            /// The resource is in more groups than are shown (`Limits::max_groups`).
            Groups {
                /// The number that is shown.
                shown: usize,
            } => "of the groups of a resource, the first {} were shown, and others left out", shown;
        }
        page_bytes, "" {
            /// A page ended early because of its size (`Limits::max_page_bytes`) or memory
            /// (`Limits::max_page_memory`).
            PageBytes {
                /// The number of resources on the page.
                shown: usize,
            } => "the page ended with resource {}, since it would have been too large", shown;
        }
        more, "" {
            /// There were further deviations: a report lists at most 100.
            More {
                /// The number of further ones.
                count: usize,
            } => "there were {} more", count;
        }
    }
}
