//! People who open a Tenant URL in their browser.

use async_trait::async_trait;
use http::HeaderName;
use http::header::{ACCEPT, AUTHORIZATION};
use http::request::Parts;
use scimwire::auth::{AuthError, Authenticate, AuthenticationScheme, RequestContext};

/// Points a browser without a token to the console; the response is still 401.
pub(crate) struct ShowTheWay<A> {
    authenticator: A,
    /// Where the console is.
    console: String,
}

impl<A> ShowTheWay<A> {
    pub(crate) fn new(authenticator: A, console: String) -> Self {
        Self { authenticator, console }
    }
}

#[async_trait]
impl<A: Authenticate> Authenticate for ShowTheWay<A> {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        match self.authenticator.authenticate(head).await {
            Err(AuthError::Unauthenticated { challenge, .. }) if is_browser(head) => {
                let detail = format!(
                    "this URL is for identity providers: enter it there as the Tenant URL, with a token; to manage the server, open {}",
                    self.console
                );
                Err(AuthError::Unauthenticated { challenge, detail: detail.into() })
            }
            outcome => outcome,
        }
    }

    fn schemes(&self) -> Vec<AuthenticationScheme> {
        self.authenticator.schemes()
    }
}

/// Browsers ask for HTML and send no token by themselves.
fn is_browser(head: &Parts) -> bool {
    let asks = |name: HeaderName, for_what: &str| {
        head.headers
            .get_all(name)
            .iter()
            .any(|value| value.to_str().is_ok_and(|value| value.contains(for_what)))
    };
    asks(ACCEPT, "text/html") && !head.headers.contains_key(AUTHORIZATION)
}
