//! The expansion of an entry of the table of tolerances.

/// `true` if a switch is on by default.
macro_rules! is_on {
    (on) => {
        true
    };
    (off) => {
        false
    };
}

/// The last words of a switch's documentation.
macro_rules! by_default {
    (on) => {
        " On by default."
    };
    (off) => {
        " Off by default."
    };
    ($value:ident) => {
        concat!(" `", stringify!($value), "` by default.")
    };
}

/// Makes [`Quirks`](super::Quirks) and [`Deviation`](super::Deviation) of the table. An entry is
/// documentation, name, default, the number on the page about quirks (`""` for none), and the
/// deviations it reports, each with its text. A switch is off in `STRICT`; a choice says what it is
/// there; what is always read so has neither.
macro_rules! tolerances {
    (
        switches { $(
            $(#[$switch_doc:meta])*
            $switch:ident = $default:ident, $switch_number:literal { $($by_switch:tt)* }
        )* }
        choices { $(
            $(#[$choice_doc:meta])*
            $choice:ident: $kind:ident = $lenient:ident, strict $strict:ident,
                $choice_number:literal { $($by_choice:tt)* }
        )* }
        always { $(
            $rule:ident, $number:literal { $($by_rule:tt)* }
        )* }
    ) => {
        /// Switches for deviations from the RFC, for all tenants, or for one with
        /// [`RequestContext::with_quirks`](crate::auth::RequestContext::with_quirks). The default
        /// is [`Quirks::LENIENT`]. In [`Quirks::STRICT`] every switch that is a `bool` is off.
        /// Unknown attributes in a body are ignored there, too, unless `unknown_attributes` is
        /// [`UnknownAttributes::Reject`].
        ///
        /// ```
        /// use scimwire::Quirks;
        ///
        /// let mut quirks = Quirks::LENIENT;
        /// quirks.unquoted_strings = true;
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Quirks {
            $($(#[$switch_doc])* #[doc = by_default!($default)] pub $switch: bool,)*
            $($(#[$choice_doc])* #[doc = by_default!($lenient)] pub $choice: $kind,)*
        }

        impl Quirks {
            /// The names of the switches: the fields that are `bool`.
            pub const SWITCHES: &'static [&'static str] = &[$(stringify!($switch),)*];

            /// Sets the switch of that name; `None` if it does not exist.
            #[must_use]
            pub fn with_switch(mut self, name: &str, on: bool) -> Option<Self> {
                match name {
                    $(stringify!($switch) => self.$switch = on,)*
                    _ => return None,
                }
                Some(self)
            }

            pub(super) const fn strict() -> Self {
                Self { $($switch: false,)* $($choice: $kind::$strict,)* }
            }

            pub(super) const fn lenient() -> Self {
                Self { $($switch: is_on!($default),)* $($choice: $kind::$lenient,)* }
            }
        }

        /// The table of rules: number on the page, and `on`, `off`, a choice, or `always`.
        #[cfg(test)]
        pub(super) const TABLE: &[(&str, &str, &str)] = &[
            $((stringify!($switch), $switch_number, stringify!($default)),)*
            $((stringify!($choice), $choice_number, "choice"),)*
            $((stringify!($rule), $number, "always"),)*
        ];

        tolerances! {
            @deviations
            $($switch { $($by_switch)* })*
            $($choice { $($by_choice)* })*
            $($rule { $($by_rule)* })*
        }
    };
    (@deviations $($rule:ident { $(
        $(#[$doc:meta])*
        $variant:ident $(($arg:ident: $arg_type:ty))? $({ $(
            $(#[$field_doc:meta])* $field:ident: $field_type:ty,
        )+ })? => $text:literal $(, $shown:expr)*;
    )* })*) => {
        /// A tolerated deviation from the RFC, for the administrator of an identity provider.
        ///
        /// Its `Display` names attributes and what was made of them, and no values: those are
        /// personal data.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Deviation {
            $($(
                $(#[$doc])*
                $variant $(($arg_type))? $({ $($(#[$field_doc])* $field: $field_type,)+ })?,
            )*)*
            /// A deviation in an operation of a PATCH.
            Patch {
                /// Index of the operation, from 0.
                operation: usize,
                /// The departure.
                deviation: Box<Self>,
            },
            /// A deviation in an operation of a bulk request.
            Bulk {
                /// Index of the operation, from 0.
                operation: usize,
                /// The departure.
                deviation: Box<Self>,
            },
        }

        impl Deviation {
            /// The rule that applied: the name of the field of [`Quirks`], or of what is always
            /// read so.
            ///
            /// Rules keep their names within a major version, so that you can count or filter by
            /// them. The text of `Display` is for people, and may change in any release.
            #[must_use]
            pub fn rule(&self) -> &'static str {
                match self {
                    $($(Self::$variant { .. } => stringify!($rule),)*)*
                    Self::Patch { deviation, .. } | Self::Bulk { deviation, .. } => {
                        deviation.rule()
                    }
                }
            }
        }

        impl fmt::Display for Deviation {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $($(Self::$variant $(($arg))? $({ $($field),+ })? => {
                        write!(f, $text $(, $shown)*)
                    })*)*
                    Self::Patch { operation, deviation } => {
                        write!(f, "operation {operation}: {deviation}")
                    }
                    Self::Bulk { operation, deviation } => {
                        write!(f, "bulk operation {operation}: {deviation}")
                    }
                }
            }
        }
    };
}
