//! The table of tolerances: each is one entry, from which the switch, its documentation, its
//! default and what it reports follow.

use std::fmt;

use super::choices::{ConditionPaths, ListedValues, NoOperations, Omitted, UnknownAttributes};
use crate::shown::Shown;

tolerances! {
    switches {
        /// Booleans as text: `{"active": "False"}`, `roles[primary eq "True"]`.
        boolean_strings = on, "T2" {
            /// A boolean came as text.
            BooleanString(name: String) => "`{}`: a string was read as a boolean", Shown(name);
        }
        /// `replace` of `emails[type eq "work"].value` makes the e-mail address where there is
        /// none: the element that the filter describes by no more than `type`, `primary` and
        /// `display`; without a filter, one with the sub-attribute, unless that says only what kind
        /// of value it is. Never one that refers to a resource. Otherwise it is `noTarget` (RFC
        /// 7644, Section 3.5.2.3).
        create_on_no_match = on, "T3" {
            /// An element was made where there was none that the path names.
            Create(name: String) => "`{}` was in no element, and one was made", Shown(name);
        }
        /// Read-only attributes in a path-less value are ignored: `{"op": "replace", "value":
        /// {"meta": {}, "title": "x"}}`. Otherwise they have to be as they are.
        ignore_read_only = on, "T5" {
            /// A read-only attribute in a path-less value was ignored.
            ReadOnly(name: String) => "`{}` is read-only and was ignored", Shown(name);
        }
        /// A value where a complex attribute belongs, alone or in a list: `{"manager":
        /// "26118915"}`, `{"members": ["2819c223"]}`.
        value_for_complex = on, "T8" {
            /// A value came where a complex attribute belongs.
            ValueForComplex(name: String) =>
                "`{}`: a string was read as an object with that `value`", Shown(name);
        }
        /// An array of one where there can only be one value: `{"manager": [{"value":
        /// "26118915"}]}`.
        array_for_one = on, "T9" {
            /// An array of one came where there can only be one value.
            ArrayForOne(name: String) =>
                "`{}`: an array of one was read as its value", Shown(name);
        }
        /// An object with a `value` where a simple value belongs: `{"displayName": [{"value":
        /// "Babs"}]}`.
        complex_for_value = on, "" {
            /// An object with a value came where a simple attribute belongs.
            ComplexForValue(name: String) => "`{}`: an object was read as its `value`", Shown(name);
        }
        /// One value where there can be several: `{"emails": {"value": "bjensen@example.com"}}`,
        /// `{"emails": "bjensen@example.com"}`, or for names of attributes in a search
        /// `{"attributes": "userName,emails"}`.
        one_for_many = on, "T10" {
            /// One value came where there can be several.
            OneForMany(name: String) => "`{}`: one value was read as an array of one", Shown(name);
            /// In a search, names of attributes came as one text; the parameter.
            CommaList(parameter: &'static str) => "`{}`: a text was read as a list", parameter;
        }
        /// An empty string unassigns: `{"title": ""}`.
        empty_strings = on, "T11" {
            /// An empty string was read as no value.
            EmptyString(name: String) => "`{}`: an empty string was read as no value", Shown(name);
        }
        /// Text that is no URI where one belongs: `{"profileUrl": "my page"}`.
        any_references = on, "T27" {
            /// Text that is no URI was taken over as a reference.
            NoReference(name: String) =>
                "`{}`: text that is no URI was taken over as it is", Shown(name);
        }
        /// An attribute of an extension without its URN: `{"op": "add", "path": "department",
        /// "value": "Sales"}`, in the body of a POST or PUT `{"department": "Sales"}`, or in a
        /// filter `manager eq "26118915"`.
        bare_extension_attributes = on, "T13" {
            /// In a filter, or as a key of a body, an attribute of an extension was named without
            /// the extension.
            BareExtensionAttribute(name: String) =>
                "`{}` was taken for the attribute of an extension", Shown(name);
            /// The path of an operation named an attribute of an extension without the extension.
            BareExtensionPath(name: String) =>
                "`{}` was read as the attribute of an extension", Shown(name);
        }
        /// Schema URIs that the resource type does not have are ignored, and missing ones assumed;
        /// so are those of messages, such as `{"Operations": [..]}`.
        any_schemas = on, "T14" {
            /// A schema URI that the resource type does not have was left out.
            UnknownSchema(uri: String) => "`schemas`: `{}` was ignored", Shown(uri);
            /// `schemas` did not name the base schema.
            MissingSchema(uri: String) => "`schemas`: `{}` was missing and assumed", Shown(uri);
            /// A message did not name its schema, which is given here.
            MessageSchema(schema: &'static str) =>
                "`schemas` did not name `{}`, which was assumed", schema;
        }
        /// An operation whose path names no attribute is ignored, where it would be refused with
        /// `invalidPath`.
        ignore_unknown_paths = off, "T14" {
            /// An unknown attribute in a path was ignored.
            UnknownPath(name: String) => "`{}` is no attribute and was ignored", Shown(name);
        }
        /// Words without quotes in filters: `userName eq bjensen`.
        bare_words_in_filters = off, "T18" {
            /// A text in a filter was a word without quotes.
            BareWord => "a word without quotes in a filter was read as a text";
        }
        /// Text in single quotes in filters: `userName eq 'bjensen'`; nothing is escaped inside.
        single_quotes = off, "" {
            /// Text in a filter was in single quotes.
            SingleQuotes => "a text in a filter was in single quotes";
        }
        /// `not` without parentheses in filters: `not title pr`.
        bare_not = off, "" {
            /// `not` in a filter had no parentheses.
            BareNot => "`not` in a filter was read without its parentheses";
        }
        /// A space before a bracket in filters: `emails [type eq "work"]`.
        space_before_bracket = off, "" {
            /// There was a space before a bracket in a filter.
            SpaceBeforeBracket => "the space before a bracket was passed over";
        }
        /// Literals in any case in filters: `active eq True`.
        literal_case = on, "" {
            /// A literal in a filter was not in lower case.
            LiteralCase => "a literal in a filter was read without regard to case";
        }
        /// A POST without `active` is read as one with `"active": true`: a policy sees that.
        /// Otherwise the policy sees what the client sent, and the resource is active all the same
        /// if the policy does not say anything of it.
        active_by_default = on, "T21" {
            /// `active` had no value in a new resource.
            ActiveByDefault => "`active` was missing and taken as true";
        }
        /// White space around a path means nothing: `{"op": "replace", "path": " title", "value":
        /// "x"}`. Otherwise it is `invalidPath`.
        padded_paths = on, "" {
            /// There was white space around a path.
            PaddedPath(name: String) => "the white space around `{}` was passed over", name;
        }
        /// A blank path is no path: `{"op": "replace", "path": "", "value": {"title": "x"}}`; a
        /// blank parameter is none: `?filter=&count=`.
        blank_as_absent = on, "" {
            /// The path of an operation was blank.
            BlankPath => "a blank path was read as none";
            /// A parameter was blank.
            BlankParameter(name: &'static str) => "`{}` was blank and was read as not given", name;
        }
        /// `replace` of a whole element keeps what the `eq` terms of the filter say of it and the
        /// value does not: `{"op": "replace", "path": "roles[value eq \"Member\"]", "value":
        /// {"display": "x"}}`. Otherwise the value is the whole element (RFC 7644, Section
        /// 3.5.2.3).
        keep_described = on, "" {
            /// Of an element that was replaced, what the value filter says stayed.
            KeptDescribed(name: String) =>
                "what the filter says of an element of `{}` stayed when that was replaced",
                Shown(name);
        }
        /// An attribute that [`ResourceType::keeping`](crate::ResourceType::keeping) left out has
        /// no value and takes none, where it would be unknown: `{"op": "replace", "path":
        /// "nickName", "value": "Babs"}`, `?filter=nickName pr`.
        left_out_attributes = on, "" {
            /// An attribute that the schema has and the host does not keep was read as one without
            /// a value.
            LeftOut(name: String) =>
                "`{}` is not kept here, and was read as an attribute without a value", Shown(name);
        }
        /// A byte order mark before a body is no part of it.
        byte_order_mark = on, "" {
            /// The body began with a byte order mark.
            ByteOrderMark => "the body began with a byte order mark";
        }
        /// Endpoints in any case: `/users`, `/serviceproviderconfig`, also in the `path` of a bulk
        /// operation.
        endpoint_case = on, "" {
            /// An endpoint was not spelled as it is.
            EndpointCase {
                /// As it came.
                came: String,
                /// As it is spelled.
                read: String,
            } => "the endpoint `{}` was read as `{}`", Shown(came), read;
        }
        /// In a bulk request, the operations of a PATCH without their message: `{"method": "PATCH",
        /// "data": [{"op": "add", ..}]}`.
        bare_operations = on, "" {
            /// In a bulk request, the operations of a PATCH came without their message.
            BareOperations => "`data` was read as the operations of a PATCH";
        }
        /// A bulk request with `"failOnErrors": 0` goes on to the end, as without it.
        zero_fail_on_errors = on, "" {
            /// In a bulk request, `failOnErrors` was 0.
            ZeroFailOnErrors => "`failOnErrors` was 0 and was ignored";
        }
        /// The URN of a schema and the name of an attribute with a dot between them:
        /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department`.
        joined_urns = on, "" {
            /// The URI of a schema and the name of its attribute were joined by a dot.
            JoinedUrn(name: String) => "`{}` had a dot for the last colon", Shown(name);
        }
        /// An attribute with a value filter among those to return, or not to return, is the
        /// attribute without it: `?attributes=emails[type eq "work"]`.
        filtered_attributes = on, "" {
            /// Among the attributes to return or not to return was one with a value filter.
            FilteredAttribute(name: String) =>
                "`{}` was read without the filter of its values", name;
        }
    }
    choices {
        /// The meaning of a `value` in `remove`: `{"op": "remove", "path": "members", "value":
        /// [{"value": "2819c223"}]}`.
        listed_values: ListedValues = Remove, strict Remove, "T6" {
            /// The values that a `remove` lists are removed, and no others.
            ListedValues(name: String) => "of `{}` only the listed values were removed", Shown(name);
        }
        /// The treatment of attributes that no schema defines.
        unknown_attributes: UnknownAttributes = Ignore, strict Ignore, "T14" {
            /// An attribute that no schema defines was left out.
            UnknownAttribute(name: String) => "`{}`: an unknown attribute was ignored", Shown(name);
        }
        /// The meaning of a condition as the path of `remove`: `{"op": "remove", "path": "schemas
        /// eq \"urn:example\""}`.
        condition_paths: ConditionPaths = Select, strict Select, "" {}
        /// The effect of PUT on attributes that the body omits.
        omitted: Omitted = KeepBooleans, strict Clear, "T21" {
            /// A PUT or PATCH gave `active` no value, and the state stayed as it was.
            ActiveKept => "`active` was given no value, and the state stayed as it was";
        }
        /// The meaning of a PATCH without operations.
        no_operations: NoOperations = Refuse, strict Refuse, "T24" {
            /// There were no operations.
            NoOperations => "there were no operations, and nothing changed";
        }
    }
    always {
        op_case, "T1" {
            /// `op` was not in lower case.
            OpCase => "`op` was read without regard to case";
        }
        method_case, "T1" {
            /// In a bulk request, the method of an operation was not in upper case.
            MethodCase => "the method was read without regard to case";
        }
        key_as_path, "T4" {
            /// A key of a body, or of a value without a path, was read as a path.
            KeyAsPath(key: String) => "the key `{}` was read as a path", Shown(key);
        }
        attribute_names, "T12" {
            /// The name of an attribute was not spelled as in the schema.
            Name {
                /// As it came.
                came: String,
                /// As the schema spells it.
                read: String,
            } => "`{}` was read as `{}`", Shown(came), read;
        }
        media_type, "T15" {
            /// The body came without a media type, or as another JSON.
            MediaType => "the body was read as application/scim+json";
        }
        slashes, "T16" {
            /// The path had slashes that mean nothing.
            Slashes => "the path had slashes that were left out";
        }
        parameter_names, "T16" {
            /// A parameter of the query was not spelled as in the RFC.
            ParameterName {
                /// As it came.
                came: String,
                /// As the RFC spells it.
                read: &'static str,
            } => "the parameter `{}` was read as `{}`", Shown(came), read;
        }
        unknown_parameters, "T16" {
            /// The query had a parameter that nobody knows.
            UnknownParameter(name: String) => "the parameter `{}` was ignored", Shown(name);
        }
        empty_parameters, "T16" {
            /// The query had a `&` with nothing beside it.
            EmptyParameter => "the query had a `&` too many";
        }
        plus_for_space, "T16" {
            /// The query had a `+` where the RFC has `%20`.
            PlusForSpace => "each `+` in the query was read as a space";
        }
        filter_tail, "T17" {
            /// A filter had a comparison behind a bracket: `emails[type eq "work"].value eq "x"`.
            FilterTail => "a comparison behind a bracket was read as one more condition inside it";
        }
        compared_by_value, "T17" {
            /// In a filter, a complex attribute was compared by its `value`.
            ComparedByValue(name: String) => "`{}` was compared by its `value`", Shown(name);
        }
        references, "T19" {
            /// A `$ref` beside a `value` was left out, since it follows from that.
            Reference(name: String) =>
                "`{}.$ref` was ignored, since it follows from the value", Shown(name);
        }
        one_primary, "T20" {
            /// A new primary value took that from another one.
            Primary(name: String) =>
                "a new primary value of `{}` took that from another one", Shown(name);
        }
        page_bounds, "T22" {
            /// `startIndex` or `count` was out of bounds.
            PageBounds {
                /// The parameter.
                parameter: &'static str,
                /// As it came.
                came: i64,
                /// The next number within bounds.
                read: i64,
            } => "`{}` was {} and was read as {}", parameter, came, read;
        }
        unchanged, "T23" {
            /// The request asked for what was so already.
            Unchanged => "everything was as asked already, and nothing changed";
        }
        indirect_groups, "" {
            /// A resource is in more indirect groups than are shown (`Limits::indirect_groups`).
            IndirectGroups {
                /// The number that is shown.
                shown: usize,
            } => "of the indirect groups of a resource, the nearest {} were shown, and others left \
                  out", shown;
        }
        groups, "" {
            /// A resource is in more groups than are shown (`Limits::groups`).
            Groups {
                /// The number that is shown.
                shown: usize,
            } => "of the groups of a resource, the first {} were shown, and others left out", shown;
        }
        page_bytes, "" {
            /// A page ended before it was too long (`Limits::page_bytes`) or took too much memory
            /// (`Limits::page_memory`), and the next one goes on.
            PageBytes {
                /// The number of resources on the page.
                shown: usize,
            } => "the page ended with resource {}, since it would have been too large", shown;
        }
        more, "" {
            /// There was more of the kind, or of others: a report has a hundred.
            More {
                /// The number of further ones.
                count: usize,
            } => "there were {} more", count;
        }
    }
}
