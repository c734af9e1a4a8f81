//! scimwire in actix-web, `cargo run -p mounts --example actix`: one handler for all paths below the base URL.
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, PayloadConfig, ServiceConfig, scope, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use scimwire::{Dispatcher, MemoryDirectory, ResourceType};

/// Converts the types of `http`, of which actix-web uses another version.
async fn scim(dispatcher: Data<Dispatcher>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let uri = request.uri().to_string();
    let mut asked = http::Request::builder().method(request.method().as_str()).uri(uri);
    for (name, value) in request.headers() {
        asked = asked.header(name.as_str(), value.as_bytes());
    }
    let Ok(asked) = asked.body(body) else { return HttpResponse::BadRequest().finish() };
    let answer = dispatcher.dispatch(asked).await;
    let status = StatusCode::from_u16(answer.status().as_u16());
    let mut response = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in answer.headers() {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    response.body(answer.into_body())
}

pub(crate) fn mount(app: &mut ServiceConfig, dispatcher: Data<Dispatcher>) {
    app.app_data(dispatcher).app_data(PayloadConfig::new(1024 * 1024)); // as in `Limits`
    app.service(scope("/scim/v2").default_service(to(scim)));
}

#[actix_web::main]
#[allow(dead_code, reason = "a test takes the rest")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (directory, users) = (MemoryDirectory::new(), ResourceType::user());
    let scim = Dispatcher::builder("http://127.0.0.1:8080/scim/v2");
    let scim = scim.store(directory.store(users)).store(directory.store(ResourceType::group()));
    let scim = Data::new(scim.unauthenticated().build()?);
    let app = move || App::new().configure(|app| mount(app, Data::clone(&scim)));
    Ok(HttpServer::new(app).bind(("127.0.0.1", 8080))?.run().await?)
}
