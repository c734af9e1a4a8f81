//! Connections to a SQLite file, each with the pace of what runs on it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::pace::{Pace, STEPS};
use crate::queue::Permits;

/// A pool of one connection, which keeps to a pace.
pub(super) fn keeping_to(options: SqlitePoolOptions, pace: &Arc<Pace>) -> SqlitePoolOptions {
    let pace = Arc::clone(pace);
    options.max_connections(1).after_connect(move |connection, _| {
        let pace = Arc::clone(&pace);
        Box::pin(async move {
            connection.lock_handle().await?.set_progress_handler(STEPS, move || pace.goes_on());
            Ok(())
        })
    })
}

/// A connection, opened when it is first needed, and again when it is lost.
pub(super) struct Line {
    pub(super) pool: SqlitePool,
    pub(super) pace: Arc<Pace>,
}

/// The number of long statements that run at once: one core is left for everything else.
fn long_at_once() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1))
}

/// The connections that read.
pub(super) struct Readers {
    all: Vec<Arc<Line>>,
    free: Mutex<VecDeque<Arc<Line>>>,
    places: Semaphore,
    acquire_timeout: Duration,
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
        acquire_timeout: Duration,
    ) -> Self {
        let permits = Permits::new(long_at_once());
        let lines = (0..count.max(1)).map(|_| {
            let pace = Pace::new(Some(Arc::clone(&permits)));
            Arc::new(Line {
                pool: keeping_to(pool.clone(), &pace).connect_lazy_with(connect.clone()),
                pace,
            })
        });
        let all: Vec<_> = lines.collect();
        Self {
            free: Mutex::new(all.iter().cloned().collect()),
            places: Semaphore::new(all.len()),
            all,
            acquire_timeout,
        }
    }

    /// Waits until one is free.
    pub(super) async fn take(&self) -> Result<Reader<'_>, sqlx::Error> {
        let Ok(Ok(place)) = timeout(self.acquire_timeout, self.places.acquire()).await else {
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
