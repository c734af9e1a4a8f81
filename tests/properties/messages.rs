//! Messages: what is written is read as it was, and no other message is.

use std::fmt::Debug;

use http::StatusCode;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scimwire::message::{
    BulkId, BulkOperation, BulkRequest, BulkResponse, BulkResult, ListResponse, PatchOp,
    PatchOperation, SearchRequest,
};
use scimwire::resource::Version;
use scimwire::value::Value;
use scimwire::{Error, ScimType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::samples::{TEXTS, config};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn patches_read_what_they_write(operations in vec(patch_operation(), 0..4)) {
        for operation in &operations {
            let again: &PatchOperation = &read(&write(operation));
            prop_assert_eq!(again, operation);
        }
        is_read_again(&PatchOp::new(operations))?;
    }

    #[test]
    fn searches_read_what_they_write(search in search()) {
        is_read_again(&search)?;
    }

    #[test]
    fn bulk_requests_read_what_they_write(request in bulk_request()) {
        for operation in &request.operations {
            let again: &BulkOperation = &read(&write(operation));
            prop_assert_eq!(again, operation);
        }
        is_read_again(&request)?;
    }

    #[test]
    fn bulk_responses_read_what_they_write(results in vec(bulk_result(), 0..4)) {
        for result in &results {
            let again: &BulkResult = &read(&write(result));
            prop_assert_eq!(again, result);
        }
        is_read_again(&BulkResponse::new(results))?;
    }

    #[test]
    fn lists_read_what_they_write(list in list()) {
        is_read_again(&list)?;
    }

    #[test]
    fn errors_read_what_they_write(error in error()) {
        is_read_again(&error)?;
    }
}

/// The message is read as it was written; it is not if its `schemas` name another one, or are
/// missing.
fn is_read_again<M: Serialize + DeserializeOwned + PartialEq + Debug>(
    message: &M,
) -> Result<(), TestCaseError> {
    let mut body = write(message);
    prop_assert_eq!(&read::<M>(&body), message);
    body["schemas"] = json!(["urn:example:Other"]);
    prop_assert!(serde_json::from_value::<M>(body.clone()).is_err());
    body.as_object_mut().expect("an object").remove("schemas");
    prop_assert!(serde_json::from_value::<M>(body).is_err());
    Ok(())
}

fn write(message: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(message).expect("it is written")
}

fn read<M: DeserializeOwned>(body: &serde_json::Value) -> M {
    serde_json::from_value(body.clone()).unwrap_or_else(|err| panic!("{body}: {err}"))
}

fn patch_operation() -> impl Strategy<Value = PatchOperation> {
    let value = prop_oneof![Just(None), Just(Some(Value::Null)), data().prop_map(Some)];
    (select(vec!["add", "Replace", "remove", "move"]), option::of(text()), value)
        .prop_map(|(op, path, value)| PatchOperation::new(op, path, value))
}

fn search() -> impl Strategy<Value = SearchRequest> {
    let names = || vec("[a-z]{1,8}", 0..3);
    let texts = [(); 4].map(|()| option::of(text()));
    (names(), names(), texts, option::of(any::<i64>()), option::of(any::<i64>())).prop_map(
        |(attributes, excluded, [filter, sort_by, sort_order, cursor], start_index, count)| {
            let mut search = SearchRequest::default();
            (search.attributes, search.excluded_attributes) = (attributes, excluded);
            (search.filter, search.sort_by, search.sort_order) = (filter, sort_by, sort_order);
            (search.start_index, search.count, search.cursor) = (start_index, count, cursor);
            search
        },
    )
}

/// Operations with ids that differ, as they have to.
fn bulk_request() -> impl Strategy<Value = BulkRequest> {
    (vec(bulk_operation(), 0..4), option::of(1..=i64::MAX.unsigned_abs())).prop_map(
        |(mut operations, fail_on_errors)| {
            for (index, operation) in operations.iter_mut().enumerate() {
                operation.bulk_id = operation
                    .bulk_id
                    .take()
                    .and_then(|id| BulkId::new(format!("{}{index}", id.as_str())));
            }
            let mut request = BulkRequest::new(operations);
            request.fail_on_errors = fail_on_errors;
            request
        },
    )
}

fn bulk_operation() -> impl Strategy<Value = BulkOperation> {
    let method = select(vec!["POST", "put", "Patch", "DELETE", ""]);
    let texts = [(); 3].map(|()| option::of(text()));
    (method, texts, option::of(data())).prop_map(|(method, [bulk_id, version, path], data)| {
        let mut operation = BulkOperation::new(method);
        operation.bulk_id = bulk_id.and_then(BulkId::new);
        (operation.version, operation.path, operation.data) = (version, path, data);
        operation
    })
}

fn bulk_result() -> impl Strategy<Value = BulkResult> {
    let texts = [(); 3].map(|()| option::of(text()));
    (text(), status(), texts, option::of(data())).prop_map(
        |(method, status, [bulk_id, version, location], response)| {
            let mut result = BulkResult::new(method, status);
            result.bulk_id = bulk_id.and_then(BulkId::new);
            result.version = version.as_deref().map(Version::unchecked);
            (result.location, result.response) = (location, response);
            result
        },
    )
}

fn list() -> impl Strategy<Value = ListResponse<Value>> {
    (vec(data(), 0..4), [(); 2].map(|()| option::of(0..9_usize)), option::of(text())).prop_map(
        |(resources, [total_results, start_index], next_cursor)| {
            let mut list = ListResponse::new(resources);
            (list.total_results, list.start_index) = (total_results, start_index);
            list.next_cursor = next_cursor;
            list
        },
    )
}

fn error() -> impl Strategy<Value = Error> {
    let types = [
        ScimType::InvalidFilter,
        ScimType::TooMany,
        ScimType::Uniqueness,
        ScimType::Sensitive,
        ScimType::ExpiredCursor,
    ];
    prop_oneof![
        (select(types.to_vec()), text()).prop_map(|(kind, detail)| Error::scim(kind, detail)),
        (status(), text()).prop_map(|(status, detail)| Error::new(status, detail)),
    ]
}

fn status() -> impl Strategy<Value = StatusCode> {
    (100..1000_u16).prop_map(|code| StatusCode::from_u16(code).expect("three digits"))
}

fn text() -> impl Strategy<Value = String> {
    select(TEXTS).prop_map(str::to_owned)
}

/// A value that is there, with numbers that JSON keeps.
fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((text(), inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
