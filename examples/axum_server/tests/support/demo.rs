//! The demo server as a process of its own, for as long as a test needs it.

use std::env;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const START_PATIENCE: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
const LAST_LINES: usize = 20;

/// A running demo server; ended when dropped.
#[derive(Debug)]
pub(crate) struct Demo {
    address: SocketAddr,
    process: Child,
    log: PathBuf,
}

impl Demo {
    /// Starts the demo with these flags, on a free port, and waits until it takes connections.
    ///
    /// Resources are kept in memory unless the flags name a database.
    ///
    /// # Panics
    ///
    /// - the demo has not been built
    /// - it ends by itself, or does not take connections in time
    pub(crate) fn start(flags: &[&str]) -> Self {
        let binary = binary();
        assert!(
            binary.is_file(),
            "the demo server is missing: run `cargo build --example axum_server` first"
        );
        match Self::launch(&binary, flags).wait_until_open() {
            Ok(demo) => demo,
            Err(complaint) => panic!("{complaint}"),
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The last lines it printed.
    pub(crate) fn last_words(&self) -> String {
        let printed = fs::read(&self.log).unwrap_or_default();
        let printed = String::from_utf8_lossy(&printed);
        let lines: Vec<_> = printed.lines().collect();
        match lines.len() {
            0 => "(it printed nothing)".to_owned(),
            count => lines[count.saturating_sub(LAST_LINES)..].join("\n"),
        }
    }

    fn launch(binary: &Path, flags: &[&str]) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let log = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("demo-{}-{number}.log", process::id()));
        // A file takes any amount of output without anybody reading it; a pipe would block.
        let output = File::create(&log).expect("the target folder can be written");
        let errors = output.try_clone().expect("a file handle can be duplicated");
        let mut command = Command::new(binary);
        // The system chooses the port, and the demo says which: a port that was only looked up may
        // be taken by then.
        command.env("RUST_LOG", "info").args(["--listen", "127.0.0.1:0"]);
        if !flags.iter().any(|flag| flag.starts_with("--database")) {
            command.args(["--database", "memory"]);
        }
        let process = command
            .args(flags)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .expect("the demo is a program");
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), process, log }
    }

    fn wait_until_open(mut self) -> Result<Self, String> {
        let deadline = Instant::now() + START_PATIENCE;
        while Instant::now() < deadline {
            if let Some(address) = self.said_address() {
                self.address = address;
                return Ok(self);
            }
            if let Some(status) = self.exit_status() {
                let words = self.last_words();
                return Err(format!("the demo ended at once with {status}:\n{words}"));
            }
            thread::sleep(POLL_INTERVAL);
        }
        let words = self.last_words();
        Err(format!("the demo takes no connections:\n{words}"))
    }

    /// The address in the line `... listening address=127.0.0.1:8080`, once that is written.
    fn said_address(&self) -> Option<SocketAddr> {
        let printed = fs::read_to_string(&self.log).ok()?;
        let (_, rest) = printed.split_once("listening address=")?;
        let (address, _) = rest.split_once('\n')?;
        address.trim().parse().ok()
    }

    fn exit_status(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("a process of ours can be asked")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Fails only where the process has ended by itself, or the log was never written.
        let _: io::Result<()> = self.process.kill();
        let _: io::Result<ExitStatus> = self.process.wait();
        let _: io::Result<()> = fs::remove_file(&self.log);
    }
}

/// The example stands beside the folder of the test that is running.
fn binary() -> PathBuf {
    let test = env::current_exe().expect("a running test has a path");
    test.ancestors()
        .nth(2)
        .expect("tests are built into `<profile>/deps`")
        .join("examples")
        .join(format!("axum_server{}", env::consts::EXE_SUFFIX))
}
