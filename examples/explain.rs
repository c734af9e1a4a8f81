//! Shows how a request is interpreted: the bound plan, each tolerated deviation with its rule, and
//! how `STRICT` would respond.
//!
//! For debugging an identity provider. Write the request to a file or to standard input:
//!
//! ```text
//! PATCH /Users/2819c223
//!
//! {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
//!  "Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
//! ```
//!
//! `cargo run --example explain -- request.txt`

use std::error::Error;
use std::io::Read;
use std::{env, fs, io};

use http::{Method, Request};
use scimwire::dispatch::RequestReport;
use scimwire::message::{JsonLimits, PatchOp, parse_object};
use scimwire::patch::PatchBinder;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::{Dispatcher, MemoryDirectory, Quirks};

/// The text of a request: a line with method and path, an empty line, a body.
struct Written {
    method: Method,
    path: String,
    body: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let written = Written::read()?;
    if written.method == Method::PATCH {
        print_plan(&written);
    }
    for (name, quirks) in [("LENIENT", Quirks::LENIENT), ("STRICT", Quirks::STRICT)] {
        print_answer(&written, name, quirks).await?;
    }
    Ok(())
}

impl Written {
    fn read() -> Result<Self, Box<dyn Error>> {
        let text = match env::args().nth(1) {
            Some(file) => fs::read_to_string(&file).map_err(|err| format!("{file}: {err}"))?,
            None => io::read_to_string(io::stdin().by_ref())?,
        };
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let mut words = head.split_whitespace();
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(
                "the first line must be a method and a path, such as `PATCH /Users/2819c223`"
                    .into(),
            );
        };
        Ok(Self { method: method.parse()?, path: path.to_owned(), body: body.to_owned() })
    }

    fn resource_type(&self) -> ResourceType {
        if self.path.contains("/Groups") { groups() } else { users() }
    }
}

fn users() -> ResourceType {
    ResourceType::user().with_extension(ENTERPRISE_USER)
}

fn groups() -> ResourceType {
    ResourceType::group()
}

fn print_plan(written: &Written) {
    println!("The plan, as LENIENT binds it:");
    let bound = parse_object(written.body.as_bytes(), JsonLimits::default())
        .map_err(scimwire::Error::from)
        .and_then(|body| PatchOp::from_object(body, usize::MAX).map_err(Into::into))
        .and_then(|message| {
            PatchBinder::new(written.resource_type())
                .with_quirks(Quirks::LENIENT)
                .bind(message)
                .map_err(Into::into)
        });
    match bound {
        Ok(plan) => plan.to_string().lines().for_each(|step| println!("  {step}")),
        Err(err) => println!("  none: {}", err.detail()),
    }
}

/// Responds to the request from a store with one user and one group, which any id stands for.
async fn print_answer(written: &Written, name: &str, quirks: Quirks) -> Result<(), Box<dyn Error>> {
    let directory = MemoryDirectory::new();
    let scim = Dispatcher::builder("https://example.com/scim/v2")
        .store(directory.store(users()))
        .store(directory.store(groups()))
        .unauthenticated()
        .quirks(quirks)
        .build()?;
    let path = stand_in(&scim, &written.path).await?;
    let request = Request::builder()
        .method(&written.method)
        .uri(&path)
        .header("content-type", "application/scim+json");
    let response = scim.dispatch(request.body(written.body.clone())?).await;
    println!("\n{name} answers {}", response.status());
    for deviation in response
        .extensions()
        .get::<RequestReport>()
        .map(|report| &report.deviations)
        .into_iter()
        .flatten()
    {
        println!("  {:<26} {deviation}", deviation.rule());
    }
    if !response.body().is_empty() {
        let body: serde_json::Value = serde_json::from_slice(response.body())?;
        println!("{body:#}");
    }
    Ok(())
}

/// Replaces the id in the path by that of an existing resource.
async fn stand_in(scim: &Dispatcher, path: &str) -> Result<String, Box<dyn Error>> {
    let (endpoint, schema) =
        if path.contains("/Groups") { ("/Groups", "Group") } else { ("/Users", "User") };
    let Some((before, rest)) =
        path.split_once(&format!("{endpoint}/")).filter(|(_, rest)| !rest.starts_with('.'))
    else {
        return Ok(path.to_owned());
    };
    let schema = format!("urn:ietf:params:scim:schemas:core:2.0:{schema}");
    let body = serde_json::json!({ "schemas": [schema], "userName": "bjensen", "displayName": "Babs Jensen" });
    let made = scim.dispatch(Request::post(endpoint).body(body.to_string())?).await;
    let made: serde_json::Value = serde_json::from_slice(made.body())?;
    let id = made["id"].as_str().ok_or("could not create the resource")?;
    let query = rest.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    Ok(format!("{before}{endpoint}/{id}{query}"))
}
