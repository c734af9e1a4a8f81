//! What a client sent that the RFC does not have, and what it was read as.

use std::fmt;

use crate::patch::PatchRepair;
use crate::resource::Repair;
use crate::shown::Shown;

/// A departure from the RFC that was repaired: an administrator sees by it what their identity
/// provider does.
///
/// Its `Display` names attributes and what was made of them, and no values: those are personal
/// data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deviation {
    /// `op` was not in lower case.
    OpCase {
        /// Index of the operation, from 0.
        operation: usize,
    },
    /// A value of a body was put right.
    Value(Repair),
    /// An operation was put right.
    Patch(PatchRepair),
    /// The path of an operation was blank.
    BlankPath {
        /// Index of the operation, from 0.
        operation: usize,
    },
    /// `active` had no value in a new resource.
    ActiveByDefault,
    /// In a bulk request, the method of an operation was not in upper case.
    MethodCase,
    /// What an operation of a bulk request departed in.
    Bulk {
        /// Index of the operation, from 0.
        operation: usize,
        /// The departure.
        deviation: Box<Self>,
    },
    /// A PUT or PATCH gave `active` no value, and the state stayed as it was.
    ActiveKept,
    /// The body came without a media type, or as another JSON.
    MediaType,
    /// The body began with a byte order mark.
    ByteOrderMark,
    /// A message did not name its schema, which is given here.
    MessageSchema(&'static str),
    /// In a search, names of attributes came as one text.
    CommaList {
        /// The parameter.
        parameter: &'static str,
    },
    /// In a bulk request, `failOnErrors` was 0.
    ZeroFailOnErrors,
    /// In a bulk request, the operations of a PATCH came without their message.
    BareOperations,
    /// The path had slashes that mean nothing.
    Slashes,
    /// An endpoint was not spelled as it is.
    EndpointCase {
        /// As it came.
        came: String,
        /// As it is spelled.
        read: String,
    },
    /// A parameter of the query was not spelled as in the RFC.
    ParameterName {
        /// As it came.
        came: String,
        /// As the RFC spells it.
        read: &'static str,
    },
    /// The query had a parameter that nobody knows.
    UnknownParameter(String),
    /// The query had a `&` with nothing beside it.
    EmptyParameter,
    /// The query had a `+` where the RFC has `%20`.
    PlusForSpace,
    /// A parameter was blank.
    BlankParameter(&'static str),
    /// Among the attributes to return or not to return was one with a value filter.
    FilteredAttribute(String),
    /// `startIndex` or `count` was out of bounds.
    PageBounds {
        /// The parameter.
        parameter: &'static str,
        /// As it came.
        came: i64,
        /// The next number within bounds.
        read: i64,
    },
    /// A filter had a comparison behind a bracket: `emails[type eq "work"].value eq "x"`.
    FilterTail,
    /// The request asked for what was so already.
    Unchanged,
    /// A resource is in more indirect groups than are shown (`Limits::indirect_groups`).
    IndirectGroups {
        /// How many are shown.
        shown: usize,
    },
    /// A page ended before it was too long (`Limits::page_bytes`), and the next one goes on.
    PageBytes {
        /// How many resources it has.
        shown: usize,
    },
    /// There was more of the kind, or of others: a report has a hundred.
    More {
        /// How many more.
        count: usize,
    },
}

impl Deviation {
    /// The rule that applied: the name of the field of [`Quirks`](super::Quirks), or of what is
    /// always read so.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::OpCase { .. } => "op_case",
            Self::Value(repair) | Self::Patch(PatchRepair::Value(_, repair)) => rule_of(repair),
            Self::Patch(repair) => match repair {
                PatchRepair::KeyAsPath(..) => "key_as_path",
                PatchRepair::ReadOnly(..) => "ignore_read_only",
                PatchRepair::ListedValues(..) => "listed_values",
                PatchRepair::BareExtensionAttribute(..) => "bare_extension_attributes",
                PatchRepair::UnknownPath(..) => "ignore_unknown_paths",
                PatchRepair::Create(..) => "create_on_no_match",
                PatchRepair::KeptDescribed(..) => "keep_described",
                PatchRepair::PaddedPath(..) => "padded_paths",
                PatchRepair::Primary(..) => "one_primary",
                PatchRepair::NoOperations => "no_operations",
                PatchRepair::Value(_, repair) => rule_of(repair),
            },
            Self::BlankPath { .. } | Self::BlankParameter(_) => "blank_as_absent",
            Self::FilteredAttribute(_) => "filtered_attributes",
            Self::ActiveByDefault => "active_by_default",
            Self::MethodCase => "method_case",
            Self::Bulk { deviation, .. } => deviation.rule(),
            Self::ActiveKept => "omitted",
            Self::MediaType => "media_type",
            Self::ByteOrderMark => "byte_order_mark",
            Self::MessageSchema(_) => "any_schemas",
            Self::CommaList { .. } => "one_for_many",
            Self::ZeroFailOnErrors => "zero_fail_on_errors",
            Self::BareOperations => "bare_operations",
            Self::Slashes => "slashes",
            Self::EndpointCase { .. } => "endpoint_case",
            Self::ParameterName { .. } => "parameter_names",
            Self::UnknownParameter(_) => "unknown_parameters",
            Self::EmptyParameter => "empty_parameters",
            Self::PlusForSpace => "plus_for_space",
            Self::PageBounds { .. } => "page_bounds",
            Self::FilterTail => "filter_tail",
            Self::Unchanged => "unchanged",
            Self::IndirectGroups { .. } => "indirect_groups",
            Self::PageBytes { .. } => "page_bytes",
            Self::More { .. } => "more",
        }
    }
}

fn rule_of(repair: &Repair) -> &'static str {
    match repair {
        Repair::BooleanString(_) => "boolean_strings",
        Repair::OneForMany(_) => "one_for_many",
        Repair::ArrayForOne(_) => "array_for_one",
        Repair::ValueForComplex(_) => "value_for_complex",
        Repair::ComplexForValue(_) => "complex_for_value",
        Repair::EmptyString(_) => "empty_strings",
        Repair::NoReference(_) => "any_references",
        Repair::UnknownSchema(_) | Repair::MissingSchema(_) => "any_schemas",
        Repair::UnknownAttribute(_) => "unknown_attributes",
        Repair::LeftOut(_) => "left_out_attributes",
        Repair::JoinedUrn(_) => "joined_urns",
        Repair::Name { .. } => "attribute_names",
        Repair::Reference(_) => "references",
        Repair::ComparedByValue(_) => "compared_by_value",
        Repair::BareExtensionAttribute(_) => "bare_extension_attributes",
        Repair::KeyAsPath(_) => "key_as_path",
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpCase { operation } => {
                write!(f, "operation {operation}: `op` was read without regard to case")
            }
            Self::Value(repair) => write_repair(f, repair),
            Self::Patch(repair) => write_patch_repair(f, repair),
            Self::BlankPath { operation } => {
                write!(f, "operation {operation}: a blank path was read as none")
            }
            Self::ActiveByDefault => f.write_str("`active` was missing and taken as true"),
            Self::MethodCase => f.write_str("the method was read without regard to case"),
            Self::Bulk { operation, deviation } => {
                write!(f, "bulk operation {operation}: {deviation}")
            }
            Self::ActiveKept => {
                f.write_str("`active` was given no value, and the state stayed as it was")
            }
            Self::MediaType => f.write_str("the body was read as application/scim+json"),
            Self::ByteOrderMark => f.write_str("the body began with a byte order mark"),
            Self::MessageSchema(schema) => {
                write!(f, "`schemas` did not name `{schema}`, which was assumed")
            }
            Self::CommaList { parameter } => write!(f, "`{parameter}`: a text was read as a list"),
            Self::ZeroFailOnErrors => f.write_str("`failOnErrors` was 0 and was ignored"),
            Self::BareOperations => f.write_str("`data` was read as the operations of a PATCH"),
            Self::Slashes => f.write_str("the path had slashes that were left out"),
            Self::EndpointCase { came, read } => {
                write!(f, "the endpoint `{}` was read as `{read}`", Shown(came))
            }
            Self::ParameterName { came, read } => {
                write!(f, "the parameter `{}` was read as `{read}`", Shown(came))
            }
            Self::UnknownParameter(name) => {
                write!(f, "the parameter `{}` was ignored", Shown(name))
            }
            Self::EmptyParameter => f.write_str("the query had a `&` too many"),
            Self::PlusForSpace => f.write_str("each `+` in the query was read as a space"),
            Self::BlankParameter(name) => write!(f, "`{name}` was blank and was read as not given"),
            Self::FilteredAttribute(name) => {
                write!(f, "`{name}` was read without the filter of its values")
            }
            Self::PageBounds { parameter, came, read } => {
                write!(f, "`{parameter}` was {came} and was read as {read}")
            }
            Self::FilterTail => f.write_str(
                "a comparison behind a bracket was read as one more condition inside it",
            ),
            Self::More { count } => write!(f, "there were {count} more"),
            Self::Unchanged => f.write_str("everything was as asked already, and nothing changed"),
            Self::IndirectGroups { shown } => {
                write!(
                    f,
                    "of the indirect groups of a resource, the nearest {shown} were shown, and others left out"
                )
            }
            Self::PageBytes { shown } => {
                write!(f, "the page ended with resource {shown}, since it would have been too long")
            }
        }
    }
}

fn write_repair(f: &mut fmt::Formatter<'_>, repair: &Repair) -> fmt::Result {
    match repair {
        Repair::BooleanString(name) => {
            write!(f, "`{}`: a string was read as a boolean", Shown(name))
        }
        Repair::OneForMany(name) => {
            write!(f, "`{}`: one value was read as an array of one", Shown(name))
        }
        Repair::ArrayForOne(name) => {
            write!(f, "`{}`: an array of one was read as its value", Shown(name))
        }
        Repair::ValueForComplex(name) => {
            write!(f, "`{}`: a string was read as an object with that `value`", Shown(name))
        }
        Repair::ComplexForValue(name) => {
            write!(f, "`{}`: an object was read as its `value`", Shown(name))
        }
        Repair::EmptyString(name) => {
            write!(f, "`{}`: an empty string was read as no value", Shown(name))
        }
        Repair::NoReference(name) => {
            write!(f, "`{}`: text that is no URI was taken over as it is", Shown(name))
        }
        Repair::UnknownSchema(uri) => write!(f, "`schemas`: `{}` was ignored", Shown(uri)),
        Repair::MissingSchema(uri) => {
            write!(f, "`schemas`: `{}` was missing and assumed", Shown(uri))
        }
        Repair::UnknownAttribute(name) => {
            write!(f, "`{}`: an unknown attribute was ignored", Shown(name))
        }
        Repair::JoinedUrn(name) => write!(f, "`{}` had a dot for the last colon", Shown(name)),
        Repair::LeftOut(name) => write!(
            f,
            "`{}` is not kept here, and was read as an attribute without a value",
            Shown(name)
        ),
        Repair::Name { came, read } => write!(f, "`{}` was read as `{read}`", Shown(came)),
        Repair::Reference(name) => {
            write!(f, "`{}.$ref` was ignored, since it follows from the value", Shown(name))
        }
        Repair::ComparedByValue(name) => write!(f, "`{}` was compared by its `value`", Shown(name)),
        Repair::KeyAsPath(key) => write!(f, "the key `{}` was read as a path", Shown(key)),
        Repair::BareExtensionAttribute(name) => {
            write!(f, "`{}` was taken for the attribute of an extension", Shown(name))
        }
    }
}

fn write_patch_repair(f: &mut fmt::Formatter<'_>, repair: &PatchRepair) -> fmt::Result {
    match repair {
        PatchRepair::Value(operation, repair) => {
            write!(f, "operation {operation}: ")?;
            write_repair(f, repair)
        }
        PatchRepair::KeyAsPath(operation, key) => {
            write!(f, "operation {operation}: the key `{}` was read as a path", Shown(key))
        }
        PatchRepair::ReadOnly(operation, name) => {
            write!(f, "operation {operation}: `{}` is read-only and was ignored", Shown(name))
        }
        PatchRepair::ListedValues(operation, name) => {
            write!(
                f,
                "operation {operation}: of `{}` only the listed values were removed",
                Shown(name)
            )
        }
        PatchRepair::BareExtensionAttribute(operation, name) => {
            write!(
                f,
                "operation {operation}: `{}` was read as the attribute of an extension",
                Shown(name)
            )
        }
        PatchRepair::UnknownPath(operation, name) => {
            write!(f, "operation {operation}: `{}` is no attribute and was ignored", Shown(name))
        }
        PatchRepair::Create(operation, name) => {
            write!(
                f,
                "operation {operation}: `{}` was in no element, and one was made",
                Shown(name)
            )
        }
        PatchRepair::KeptDescribed(operation, name) => {
            write!(
                f,
                "operation {operation}: what the filter says of an element of `{}` stayed when that was replaced",
                Shown(name)
            )
        }
        PatchRepair::Primary(operation, name) => {
            write!(
                f,
                "operation {operation}: a new primary value of `{}` took that from another one",
                Shown(name)
            )
        }
        PatchRepair::PaddedPath(operation, name) => {
            write!(f, "operation {operation}: the white space around `{name}` was passed over")
        }
        PatchRepair::NoOperations => f.write_str("there were no operations, and nothing changed"),
    }
}
