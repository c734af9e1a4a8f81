//! The log on standard error: one line for each request, and errors.
//!
//! The lines of requests are gathered, and written by a thread of their own some twenty times a
//! second. Where `RUST_LOG` chooses, they come from the library's spans instead, one by one;
//! `scimwire=debug` adds each departure from the RFC.

use std::collections::BTreeSet;
use std::env;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal, Write as _};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use http::{Method, StatusCode};
use scimwire::dispatch::RequestReport;
use tracing::error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The library's own lines about requests are left out, since the lines here replace them.
const USUAL: &str = "info,scimwire=off,scimwire_sqlx=info";

/// The time for which lines are buffered.
const DELAY: Duration = Duration::from_millis(50);

/// So many bytes of lines are not gathered any longer.
const MOST_BYTES: usize = 1 << 20;

/// The buffered lines; `None` if `RUST_LOG` is set.
static LINES: OnceLock<Lines> = OnceLock::new();

#[derive(Default)]
struct Lines {
    text: Mutex<String>,
    came: Condvar,
}

/// A request that was answered.
pub(crate) struct Answered<'a> {
    pub(crate) method: &'a Method,
    pub(crate) status: StatusCode,
    pub(crate) micros: u64,
    pub(crate) report: &'a RequestReport,
}

/// Begins to write.
pub(crate) fn start() {
    let chosen = env::var_os("RUST_LOG").is_some_and(|filter| !filter.is_empty());
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    let filter = if chosen { filter.from_env_lossy() } else { filter.parse_lossy(USUAL) };
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(colours)
        .init();
    if !chosen && LINES.set(Lines::default()).is_ok() {
        thread::spawn(|| LINES.get().map(Lines::write_for_ever));
    }
}

/// Writes what was gathered.
pub(crate) fn end() {
    if let Some(lines) = LINES.get() {
        lines.write();
    }
}

/// Takes note of a request that was answered.
pub(crate) fn note(answered: &Answered<'_>) {
    let Some(lines) = LINES.get() else { return };
    lines.add(answered);
    if let Some(source) = &answered.report.error {
        let source = &**source as &(dyn std::error::Error + 'static);
        error!(error = source, "the request failed");
    }
}

impl Lines {
    fn add(&self, answered: &Answered<'_>) {
        let mut text = self.lock();
        let is_first = text.is_empty();
        // To write into a string does not fail.
        let _ = write!(text, "{answered}");
        if text.len() > MOST_BYTES {
            // Who writes has fallen behind.
            drop(text);
            self.write();
        } else if is_first {
            self.came.notify_one();
        }
    }

    fn write_for_ever(&self) {
        loop {
            let text = self.lock();
            drop(self.came.wait_while(text, |text| text.is_empty()));
            thread::sleep(DELAY);
            self.write();
        }
    }

    fn write(&self) {
        let text = std::mem::take(&mut *self.lock());
        // It may be nobody's wish to read it.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    fn lock(&self) -> MutexGuard<'_, String> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line, of which no client chooses but words in quotation marks.
impl fmt::Display for Answered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, status, micros, report } = self;
        let now: DateTime<Utc> = SystemTime::now().into();
        let level = if report.error.is_some() { "ERROR" } else { " INFO" };
        write!(
            f,
            "{} {level} scimwire: answered",
            now.to_rfc3339_opts(SecondsFormat::Micros, true)
        )?;
        write!(f, " method={} status={}", name_of(method), status.as_u16())?;
        if let Some(tenant) = &report.tenant {
            write!(f, " tenant={:?}", tenant.as_str())?;
        }
        if let Some(operation) = report.operation {
            write!(f, " operation={operation}")?;
        }
        if let Some(resource_type) = &report.resource_type {
            write!(f, " resource_type={:?}", resource_type.name())?;
        }
        if let Some(id) = &report.id {
            write!(f, " id={id:?}")?;
        }
        if let Some(pushdown) = report.pushdown {
            write!(f, " pushdown={pushdown:?}")?;
        }
        if !report.deviations.is_empty() {
            let rules: BTreeSet<&str> = report.deviations.iter().map(|it| it.rule()).collect();
            let rules: Vec<&str> = rules.into_iter().collect();
            write!(f, " deviations={:?}", rules.join(" "))?;
        }
        if !report.operations.is_empty() {
            let failed = report.operations.iter().filter(|status| !status.is_success()).count();
            write!(f, " operations={} failed={failed}", report.operations.len())?;
        }
        writeln!(f, " micros={micros}")
    }
}

/// A client may make up a method.
fn name_of(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use scimwire::dispatch::ReportedOperation;

    use super::*;

    #[test]
    fn a_line_has_what_an_operator_asks_for_and_stays_one() {
        let mut report = RequestReport::default();
        report.tenant = Some("one\n2026".into());
        report.operation = Some(ReportedOperation::Read);
        report.id = Some("2819c223".to_owned());
        let (method, status) = (&Method::GET, StatusCode::OK);
        let lines = Lines::default();
        lines.add(&Answered { method, status, micros: 17, report: &report });
        let made_up = "MADE-UP".parse().expect("a method");
        lines.add(&Answered {
            method: &made_up,
            status,
            micros: 17,
            report: &RequestReport::default(),
        });
        let text = lines.lock().clone();
        let shown: Vec<&str> =
            text.lines().filter_map(|line| Some(line.split_once(" INFO ")?.1)).collect();
        let expected = [
            r#"scimwire: answered method=GET status=200 tenant="one\n2026" operation=read id="2819c223" micros=17"#,
            "scimwire: answered method=other status=200 micros=17",
        ];
        assert_eq!(shown, expected);
    }
}
