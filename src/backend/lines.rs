//! Connections to a SQLite file, each with a time by which what runs on it has to end.
//!
//! The thread of a connection asks for that time itself, now and then while a statement runs. So
//! nothing has to be sent to it before each statement, and a statement ends as well when whoever
//! asked for it is gone.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// How many steps of SQLite's machine there are between two looks at the clock: well under a
/// millisecond, as a rule.
const STEPS: i32 = 1_000;

/// When the statement under way has to end, in microseconds after `origin`.
#[derive(Debug)]
pub(super) struct Deadline {
    origin: Instant,
    at: AtomicU64,
}

/// A statement under way. Once it is dropped, nothing may go on.
pub(super) struct Running<'d>(&'d Deadline);

impl Deadline {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { origin: Instant::now(), at: AtomicU64::new(0) })
    }

    /// For a statement that begins now.
    pub(super) fn begin(&self, limit: Option<Duration>) -> Running<'_> {
        let at = limit
            .and_then(|limit| micros(self.origin.elapsed().checked_add(limit)?))
            .unwrap_or(u64::MAX);
        self.at.store(at, Ordering::Relaxed);
        Running(self)
    }

    fn is_ahead(&self) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        at == u64::MAX || micros(self.origin.elapsed()).is_some_and(|now| now < at)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.at.store(0, Ordering::Relaxed);
    }
}

fn micros(duration: Duration) -> Option<u64> {
    duration.as_micros().try_into().ok()
}

/// A pool of one connection, which keeps to a deadline.
pub(super) fn keeping_to(
    options: SqlitePoolOptions,
    deadline: &Arc<Deadline>,
) -> SqlitePoolOptions {
    let deadline = Arc::clone(deadline);
    options.max_connections(1).after_connect(move |connection, _| {
        let deadline = Arc::clone(&deadline);
        Box::pin(async move {
            connection
                .lock_handle()
                .await?
                .set_progress_handler(STEPS, move || deadline.is_ahead());
            Ok(())
        })
    })
}

/// A connection, opened when it is first needed, and again when it is lost.
pub(super) struct Line {
    pub(super) pool: SqlitePool,
    pub(super) deadline: Arc<Deadline>,
}

/// The connections that read.
pub(super) struct Readers {
    all: Vec<Arc<Line>>,
    free: Mutex<VecDeque<Arc<Line>>>,
    places: Semaphore,
    patience: Duration,
}

/// One of them, for as long as it is needed.
pub(super) struct Reader<'r> {
    pub(super) line: Arc<Line>,
    readers: &'r Readers,
    // Given back after the line, which is put back before any field is dropped.
    _place: SemaphorePermit<'r>,
}

impl Readers {
    pub(super) fn new(
        count: u32,
        pool: &SqlitePoolOptions,
        connect: &SqliteConnectOptions,
        patience: Duration,
    ) -> Self {
        let lines = (0..count.max(1)).map(|_| {
            let deadline = Deadline::new();
            Arc::new(Line {
                pool: keeping_to(pool.clone(), &deadline).connect_lazy_with(connect.clone()),
                deadline,
            })
        });
        let all: Vec<_> = lines.collect();
        Self {
            free: Mutex::new(all.iter().cloned().collect()),
            places: Semaphore::new(all.len()),
            all,
            patience,
        }
    }

    /// Waits until one is free.
    pub(super) async fn take(&self) -> Result<Reader<'_>, sqlx::Error> {
        let Ok(Ok(place)) = timeout(self.patience, self.places.acquire()).await else {
            return Err(sqlx::Error::PoolTimedOut);
        };
        // There are as many as places.
        let line = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
            .ok_or(sqlx::Error::PoolTimedOut)?;
        Ok(Reader { line, readers: self, _place: place })
    }

    pub(super) fn connected(&self) -> u32 {
        self.all.iter().map(|line| line.pool.size()).sum()
    }

    pub(super) async fn close(&self) {
        for line in &self.all {
            line.pool.close().await;
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let line = Arc::clone(&self.line);
        self.readers.free.lock().unwrap_or_else(PoisonError::into_inner).push_back(line);
    }
}
