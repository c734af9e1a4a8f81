//! A `tracing` span for each request, with the feature of that name.
//!
//! At INFO there is who asked, what was done to which resource, what came of it, and how much of a
//! search the store did (`pushdown`: with `none` it handed over all that it has); nothing of
//! bodies and queries, and an id only if there is a resource of that id. At ERROR there is what a
//! store says about its own failure. At DEBUG there is each departure from the RFC, with the names
//! that the client used.

#[cfg(feature = "tracing")]
pub(super) use traced::Observation;
#[cfg(not(feature = "tracing"))]
pub(super) use untraced::Observation;

#[cfg(feature = "tracing")]
mod traced {
    use std::collections::BTreeSet;
    use std::error::Error;
    use std::time::{Duration, Instant};

    use bytes::Bytes;
    use http::{Method, Response, StatusCode};
    use tracing::field::{Empty, debug};
    use tracing::{Instrument, Span, debug, error, info, info_span};

    use crate::context::Tenant;
    use crate::dispatch::report::RequestReport;
    use crate::store::Pushdown;

    /// A request that is looked at, if anybody looks.
    pub(in crate::dispatch) struct Observation {
        span: Span,
        started: Option<Instant>,
    }

    impl Observation {
        pub(in crate::dispatch) fn of(method: &Method) -> Self {
            let span = info_span!(
                target: "scimwire",
                "scim",
                method = name_of(method),
                tenant = Empty,
                operation = Empty,
                resource_type = Empty,
                id = Empty,
                status = Empty,
                duration = Empty,
                operations = Empty,
                failed = Empty,
                pushdown = Empty,
                deviations = Empty,
            );
            let started = (!span.is_disabled()).then(Instant::now);
            Self { span, started }
        }

        pub(in crate::dispatch) fn around<F: Future>(
            &self,
            answer: F,
        ) -> impl Future<Output = F::Output> {
            answer.instrument(self.span.clone())
        }

        pub(in crate::dispatch) fn end(self, response: &Response<Bytes>, report: &RequestReport) {
            if let Some(started) = self.started {
                self.record(started.elapsed(), response.status(), report);
            }
            self.span.in_scope(|| tell(report));
        }

        fn record(&self, duration: Duration, status: StatusCode, report: &RequestReport) {
            let rules: BTreeSet<&str> =
                report.deviations.iter().map(|deviation| deviation.rule()).collect();
            let rules: Vec<&str> = rules.into_iter().collect();
            let span = &self.span;
            span.record("tenant", report.tenant.as_ref().map(Tenant::as_str));
            span.record("operation", report.operation.map(|operation| operation.as_str()));
            span.record(
                "resource_type",
                report.resource_type.as_ref().map(|resource_type| resource_type.name()),
            );
            span.record("id", report.id.as_deref());
            span.record("status", status.as_u16());
            span.record("duration", debug(duration));
            span.record("pushdown", report.pushdown.map(word));
            span.record("deviations", (!rules.is_empty()).then(|| rules.join(" ")));
            if !report.operations.is_empty() {
                let failed = report.operations.iter().filter(|status| !status.is_success()).count();
                span.record("operations", report.operations.len());
                span.record("failed", failed);
            }
        }
    }

    fn tell(report: &RequestReport) {
        for deviation in &report.deviations {
            // As a string with escapes, since clients chose the words.
            debug!(target: "scimwire", rule = deviation.rule(), what = ?deviation.to_string(), "departed from the RFC");
        }
        match report.error.as_deref() {
            Some(source) => {
                error!(target: "scimwire", error = source as &(dyn Error + 'static), "the store failed")
            }
            None => info!(target: "scimwire", "answered"),
        }
    }

    fn word(pushdown: Pushdown) -> &'static str {
        match pushdown {
            Pushdown::None => "none",
            Pushdown::Partial => "partial",
            Pushdown::Filter => "filter",
            Pushdown::Full => "full",
        }
    }

    /// A client may make up a method.
    fn name_of(method: &Method) -> &str {
        let known = [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ]
        .contains(method);
        if known { method.as_str() } else { "other" }
    }
}

#[cfg(not(feature = "tracing"))]
mod untraced {
    use bytes::Bytes;
    use http::{Method, Response};

    use crate::dispatch::report::RequestReport;

    /// A request that nobody looks at.
    pub(in crate::dispatch) struct Observation;

    impl Observation {
        pub(in crate::dispatch) fn of(_method: &Method) -> Self {
            Self
        }

        pub(in crate::dispatch) fn around<F: Future>(&self, answer: F) -> F {
            answer
        }

        pub(in crate::dispatch) fn end(self, _response: &Response<Bytes>, _report: &RequestReport) {
        }
    }
}
