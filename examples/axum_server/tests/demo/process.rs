//! The demo server as a newcomer starts it, and as it refuses to start.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// Fails unless the server ends by itself and says why.
#[track_caller]
pub(crate) fn refuses(flags: &[&str], message: &str) {
    let listens = if flags.contains(&"--listen") { &[][..] } else { &["--listen", "127.0.0.1:0"] };
    let database = if flags.contains(&"--database") { &[][..] } else { &["--database", "memory"] };
    let mut process =
        command().args(listens).args(database).args(flags).spawn().expect("the demo is a program");
    let ended = wait(&mut process);
    let Output { stderr, .. } = process.wait_with_output().expect("its output can be read");
    let (said, status) = (
        String::from_utf8_lossy(&stderr),
        ended.unwrap_or_else(|| panic!("{flags:?} are accepted")),
    );
    assert!(!status.success() && status.code().is_some(), "{flags:?}: {status}");
    assert!(said.contains(message), "{flags:?}: expected `{message}`, got:\n{said}");
}

/// The server as a newcomer starts it, on a port that the system chooses.
pub(crate) struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
    /// Where it runs, and keeps its file.
    folder: Option<TempDir>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_in(TempDir::new().expect("a folder"), &[])
    }

    /// Starts it where another has ended.
    pub(crate) fn start_in(folder: TempDir, flags: &[&str]) -> Self {
        let mut command = command();
        command
            .args(["--listen", "127.0.0.1:0"])
            .args(flags)
            .current_dir(folder.path())
            .stderr(Stdio::null());
        let mut process = command.spawn().expect("the demo is a program");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, output, folder: Some(folder) }
    }

    /// Ends it, and keeps what it kept.
    pub(crate) fn end(mut self) -> TempDir {
        self.folder.take().expect("it is taken once")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_ref().expect("it is there until the end").path()
    }

    /// The lines that it prints, up to the last.
    pub(crate) fn welcome(&mut self) -> Vec<String> {
        self.lines_until("curl ")
    }

    /// The lines that it prints, up to the one that begins so.
    pub(crate) fn lines_until(&mut self, beginning: &str) -> Vec<String> {
        let lines = self.output.by_ref().lines().map(|line| line.expect("text"));
        let mut printed = Vec::new();
        for line in lines {
            let last = line.starts_with(beginning);
            printed.push(line);
            if last {
                return printed;
            }
        }
        panic!("no `{beginning}` line: {printed:?}");
    }

    /// Sends it a signal, such as `-TERM`; says how it ended, if it did.
    #[cfg(unix)]
    pub(crate) fn end_by(&mut self, signal: &str) -> Option<ExitStatus> {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(sent.expect("there is a `kill`").success());
        wait(&mut self.process)
    }

    pub(crate) fn token(&mut self) -> String {
        let welcome = self.welcome();
        let line = welcome.iter().find_map(|line| line.strip_prefix("Token"));
        line.expect("a token").trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only where the process has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn address(url: &str) -> SocketAddr {
    let address = url.strip_prefix("http://").and_then(|url| url.split('/').next());
    address.and_then(|address| address.parse().ok()).unwrap_or_else(|| panic!("no address: {url}"))
}

fn command() -> Command {
    let mut command = Command::new(binary());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How the process ended; none, and an end to it, if it goes on.
fn wait(process: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(status) = process.try_wait().expect("a process of ours can be asked") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = process.kill();
    None
}

/// The example stands beside the folder of the test that is running.
fn binary() -> PathBuf {
    let test = env::current_exe().expect("a running test has a path");
    let folder = test.ancestors().nth(2).expect("tests are built into `<profile>/deps`");
    folder.join("examples").join(format!("axum_server{}", env::consts::EXE_SUFFIX))
}
