//! A host that chooses at run time has a `Box` or an `Arc` of a trait: each public trait is
//! implemented for both.

use std::sync::Arc;

use chrono::DateTime;
use scimwire::ResourceStore;
use scimwire::auth::{Authenticate, TokenStore, TokenValidator};
use scimwire::dispatch::{Clock, SystemClock};
use scimwire::hooks::Hooks;
use scimwire::sql::ColumnSource;
use scimwire::testkit::Explain;

macro_rules! pointers {
    ($($function:ident: $public:ident,)*) => {
        $(fn $function<T: $public>() {})*

        #[test]
        fn boxes_and_arcs_implement_each_trait() {
            $(
                $function::<Box<dyn $public>>();
                $function::<Arc<dyn $public>>();
                $function::<Box<Arc<dyn $public>>>();
            )*
        }
    };
}

pointers! {
    authenticate: Authenticate,
    clock: Clock,
    columns: ColumnSource,
    explain: Explain,
    hooks: Hooks,
    store: ResourceStore,
    token_store: TokenStore,
    validate: TokenValidator,
}

#[test]
fn a_box_answers_as_what_is_in_it() {
    struct Epoch;

    impl Clock for Epoch {
        fn now(&self) -> DateTime<chrono::Utc> {
            DateTime::UNIX_EPOCH
        }
    }

    let clocks: [Box<dyn Clock>; 2] = [Box::new(Epoch), Box::new(SystemClock)];
    assert_eq!(clocks[0].now(), DateTime::UNIX_EPOCH);
    assert!(clocks[1].now() > clocks[0].now());
}
