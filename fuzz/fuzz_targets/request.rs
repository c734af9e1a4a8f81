//! A whole request: `METHOD path`, headers, an empty line, a body. Whatever it is, the answer is no
//! fault of the server's, and holds no secret. Requests follow each other, so that there is
//! something to find, change and delete.
#![no_main]

use std::cell::RefCell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::{Method, Request, Response};
use libfuzzer_sys::fuzz_target;
use scimwire::auth::RequestContext;
use scimwire::dispatch::{Bytes, Features};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::{Dispatcher, MemoryDirectory};

/// After so many requests everything begins anew, so that memory does not fill up.
const REQUESTS: usize = 2_000;

/// Between two requests of one input.
const NEXT: &str = "\n---\n";

/// Where the id of a user that is there stands in an input.
const USER: &str = "{id}";

const SECRET: &str = "t1meMa$heen";

/// A service provider with one user, and how many requests it has answered.
struct Served {
    scim: Dispatcher,
    user: String,
    answered: usize,
}

thread_local! {
    static SERVED: RefCell<Served> = RefCell::new(Served::new());
}

fuzz_target!(|input: &str| {
    SERVED.with_borrow_mut(|served| {
        if served.answered > REQUESTS {
            *served = Served::new();
        }
        for text in input.split(NEXT).take(8) {
            if let Some(request) = served.request(text) {
                let response = served.answer(request);
                assert!(!is_fault(&response), "{}", String::from_utf8_lossy(response.body()));
                let body = String::from_utf8_lossy(response.body());
                assert!(!body.contains(SECRET), "{body}");
            }
        }
    });
});

impl Served {
    fn new() -> Self {
        let directory = MemoryDirectory::new();
        let users = ResourceType::user().with_extension(ENTERPRISE_USER);
        let groups = ResourceType::group();
        let mut features = Features::default();
        features.me = true;
        features.change_password = true;
        let scim = Dispatcher::builder("https://example.com/scim/v2")
            .store(directory.store(users))
            .store(directory.store(groups))
            .features(features)
            .unauthenticated()
            .build()
            .expect("the resource types are consistent");
        let mut served = Self { scim, user: String::new(), answered: 0 };
        let user = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen","password":"t1meMa$heen",
            "emails":[{"type":"work","value":"bjensen@example.com"}]}"#;
        let created = served.answer(
            Request::post("/scim/v2/Users").body(user.as_bytes().to_vec()).expect("a request"),
        );
        let created: serde_json::Value =
            serde_json::from_slice(created.body()).expect("the answer is JSON");
        created["id"].as_str().expect("a resource has an id").clone_into(&mut served.user);
        served
    }

    /// What the text says, if HTTP can say it.
    fn request(&self, text: &str) -> Option<Request<Vec<u8>>> {
        let text = text.replace(USER, &self.user);
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let (method, path) = lines.next()?.split_once(' ')?;
        let mut request =
            Request::builder().method(Method::from_bytes(method.as_bytes()).ok()?).uri(path);
        for line in lines {
            let (name, value) = line.split_once(':')?;
            request = request.header(name, value.trim());
        }
        let cx = RequestContext::new("default").with_me("User", self.user.as_str());
        request.extension(cx).body(body.as_bytes().to_vec()).ok()
    }

    fn answer(&mut self, request: Request<Vec<u8>>) -> Response<Bytes> {
        self.answered += 1;
        match pin!(self.scim.dispatch(request)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => response,
            Poll::Pending => panic!("a store in memory has nothing to wait for"),
        }
    }
}

/// 501 is no fault: it names what is switched off.
fn is_fault(response: &Response<Bytes>) -> bool {
    response.status().is_server_error() && response.status() != 501
}
