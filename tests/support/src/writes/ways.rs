//! Every way in which a client can say what attributes are to be: POST, PUT, and PATCH with and
//! without paths, alone and as an operation of a bulk request.

use serde_json::{Map, Value, json};

use super::provider::{Answer, PATCH_OP, Provider, at};

pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// One of the ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Post,
    Put,
    Add,
    AddWithoutPath,
    Replace,
    ReplaceWithoutPath,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    pub way: Way,
    pub in_bulk: bool,
    pub status: u16,
    pub scim_type: Value,
    /// The rules that were reported.
    pub rules: Vec<&'static str>,
    /// The resource as it is read afterwards; null where none was made.
    pub resource: Value,
}

impl Way {
    pub const ALL: [Self; 6] = [
        Self::Post,
        Self::Put,
        Self::Add,
        Self::AddWithoutPath,
        Self::Replace,
        Self::ReplaceWithoutPath,
    ];

    fn method(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Add | Self::AddWithoutPath | Self::Replace | Self::ReplaceWithoutPath => "PATCH",
        }
    }

    /// The body by which `base` gets these attributes besides its own.
    fn body(self, base: &Value, attributes: &Map<String, Value>) -> Value {
        let with_path = |op: &str| -> Value {
            attributes
                .iter()
                .map(|(name, value)| json!({ "op": op, "path": name, "value": value }))
                .collect()
        };
        let operations = match self {
            Self::Post | Self::Put => {
                let mut body = base.clone();
                body.as_object_mut().expect("a resource is an object").extend(attributes.clone());
                return body;
            }
            Self::Add => with_path("add"),
            Self::Replace => with_path("replace"),
            Self::AddWithoutPath => json!([{ "op": "add", "value": attributes }]),
            Self::ReplaceWithoutPath => json!([{ "op": "replace", "value": attributes }]),
        };
        json!({ "schemas": [PATCH_OP], "Operations": operations })
    }
}

/// Gives a resource these attributes in each of the ways, alone and in a bulk request. `base` has
/// what is required; whoever is changed has what `stored` says besides.
pub async fn each_way(
    provider: &Provider,
    ways: &[Way],
    (endpoint, base, stored): (&str, &Value, &Value),
    attributes: &Value,
) -> Vec<Outcome> {
    let attributes = attributes.as_object().expect("attributes are an object");
    let mut outcomes = Vec::new();
    for way in ways {
        for in_bulk in [false, true] {
            let path = match way {
                Way::Post => None,
                _ => {
                    let mut before = base.clone();
                    let stored = stored.as_object().cloned().unwrap_or_default();
                    before.as_object_mut().expect("a resource is an object").extend(stored);
                    Some(provider.made(endpoint, &before).await)
                }
            };
            let body = way.body(base, attributes);
            let target = path.as_deref().unwrap_or(endpoint);
            let sent = if in_bulk {
                in_a_bulk(provider, *way, target, &body).await
            } else {
                alone(provider, *way, target, &body).await
            };
            let resource = match sent.path.or(path) {
                Some(path) => {
                    let resource = provider.read(&path).await;
                    assert_eq!(provider.delete(&path).await.status, 204);
                    resource
                }
                None => Value::Null,
            };
            let Sent { status, scim_type, rules, .. } = sent;
            outcomes.push(Outcome { way: *way, in_bulk, status, scim_type, rules, resource });
        }
    }
    outcomes
}

struct Sent {
    status: u16,
    scim_type: Value,
    rules: Vec<&'static str>,
    /// Where a new resource is.
    path: Option<String>,
}

async fn alone(provider: &Provider, way: Way, path: &str, body: &Value) -> Sent {
    let answer = provider.send(way.method(), path, &[], body.to_string()).await;
    let made = (answer.status == 201).then(|| at(&answer.body));
    Sent {
        status: answer.status,
        scim_type: answer.body["scimType"].clone(),
        rules: answer.rules,
        path: made,
    }
}

async fn in_a_bulk(provider: &Provider, way: Way, path: &str, body: &Value) -> Sent {
    let answer = bulk(
        provider,
        &json!([{ "method": way.method(), "bulkId": "it", "path": path, "data": body }]),
    )
    .await;
    let result = &answer.body["Operations"][0];
    let status =
        result["status"].as_str().and_then(|status| status.parse().ok()).expect("a status");
    let made = json!({ "meta": { "location": result["location"] } });
    let path = (status == 201).then(|| at(&made));
    Sent { status, scim_type: result["response"]["scimType"].clone(), rules: answer.rules, path }
}

/// Sends a bulk request with these operations.
pub async fn bulk(provider: &Provider, operations: &Value) -> Answer {
    let answer = provider
        .post("/Bulk", &json!({ "schemas": [BULK_REQUEST], "Operations": operations }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}
