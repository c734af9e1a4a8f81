//! Errors with a cause: `source` has it, and it is printed once.

use std::error::Error;
use std::io;

use scimwire::auth::{AuthError, TokenError};
use scimwire::dispatch::BuildError;
use scimwire::filter::EvalBudget;
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::{PatchBinder, PatchError, Path};
use scimwire::quirks::Deviations;
use scimwire::resource::Resource;
use scimwire::schema::{ResourceType, SchemaDocument};
use scimwire::{ScimType, StoreError};
use scimwire_sqlx::{OpenError, SqliteDirectory};

/// The error has a cause, and does not say what the cause says.
fn assert_cause(err: &dyn Error) {
    let cause = err.source().unwrap_or_else(|| panic!("{err:?} has no source"));
    assert!(!err.to_string().contains(&cause.to_string()), "`{cause}` twice: {err}");
}

fn refused(operation: PatchOperation) -> PatchError {
    let binder = PatchBinder::new(ResourceType::user());
    binder.bind(PatchOp::new([operation])).expect_err("it does not bind")
}

#[test]
fn a_patch_has_the_cause_as_source() {
    for operation in [
        PatchOperation::remove("name.."),
        PatchOperation::remove("emails[type eq"),
        PatchOperation::remove("emails[nosuch eq 1]"),
        PatchOperation::add("active", "perhaps"),
    ] {
        let err = refused(operation.clone());
        assert_cause(&err);
        assert_cause(&err.kind);
        let wire = scimwire::Error::from(err.clone());
        let cause = err.source().expect("as above").to_string();
        assert!(wire.detail().contains(&cause), "the client reads all: {operation:?}");
    }
    assert_cause(&"name..".parse::<Path>().expect_err("two dots"));
}

#[test]
fn a_patch_without_work_left_has_the_budget_as_source() {
    let binder = PatchBinder::new(ResourceType::user());
    let plan = binder.bind(PatchOp::new([PatchOperation::add("title", "Manager")]));
    let plan = plan.expect("it binds");
    let err = plan
        .apply_within(Resource::default(), &EvalBudget::new(0), &mut Deviations::default())
        .expect_err("there is nothing to spend");
    assert_cause(&err);
}

#[test]
fn errors_of_stores_and_callers_have_the_cause_as_source() {
    let cause = || io::Error::other("the disk is full");
    assert_cause(&StoreError::from(scimwire::Error::scim(ScimType::TooMany, "too many")));
    assert_cause(&StoreError::other(cause()));
    assert_cause(&AuthError::unavailable(cause()));
    assert_cause(&TokenError::Store(cause().into()));
}

#[test]
fn definitions_that_are_no_json_say_why() {
    let err = SchemaDocument::from_slice(b"{\n  schemas").expect_err("no JSON");
    assert_eq!(err.to_string(), "not valid JSON: line 2 column 3");
    assert_cause(&err);
    assert_cause(&BuildError::from(err));
}

#[tokio::test]
async fn databases_that_cannot_be_opened_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let err = SqliteDirectory::open(folder.path()).await.expect_err("a folder is no database");
    assert!(matches!(err, OpenError::Unavailable(_)), "{err:?}");
    assert_cause(&err);
    assert_cause(&OpenError::Migration { version: 2, problem: "no such table".into() });
}
