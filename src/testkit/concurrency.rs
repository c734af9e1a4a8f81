//! Several calls at once: started together, each on a thread or task of its own, and all waited
//! for.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Work that has to be done at the same time as other work.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A function that spawns a task.
pub(super) type Spawn = Arc<dyn Fn(Task) + Send + Sync>;

/// The result of a future: its output, or its panic.
pub(super) type Caught<T> = Result<T, Box<dyn Any + Send>>;

/// Runs `contenders` at once, and hands out what each came to.
pub(super) async fn race<F>(
    spawn: &Spawn,
    contenders: impl IntoIterator<Item = F>,
) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let contenders: Vec<F> = contenders.into_iter().collect();
    let gate = Arc::new(Gate { missing: Mutex::new((contenders.len(), Vec::new())) });
    let board = Arc::new(Board::new(contenders.len()));
    for (lane, contender) in contenders.into_iter().enumerate() {
        let (gate, ticket) = (Arc::clone(&gate), Ticket { board: Arc::clone(&board), lane });
        spawn(Box::pin(async move {
            gate.pass().await;
            let outcome = caught(contender).await;
            ticket.board.note(lane, outcome);
        }));
    }
    poll_fn(|context| board.poll(context)).await
}

/// A task on a thread of its own; for stores that need no runtime.
pub(super) fn on_a_thread(task: Task) {
    thread::spawn(|| block_on(task));
}

/// Runs `future`, and catches its panic.
pub(super) async fn caught<T>(future: impl Future<Output = T>) -> Caught<T> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// Runs `future` until it has waited so many times, and then drops it, as a server does when a
/// client hangs up.
pub(super) async fn abandoned<T>(future: impl Future<Output = T>, mut polls: usize) -> Option<T> {
    let mut future = Box::pin(future);
    poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if polls == 0 => Poll::Ready(None),
        Poll::Pending => {
            polls -= 1;
            Poll::Pending
        }
    })
    .await
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A barrier for all contenders.
struct Gate {
    /// The number of missing contenders, and the waiting ones.
    missing: Mutex<(usize, Vec<Waker>)>,
}

impl Gate {
    async fn pass(&self) {
        let mut arrived = false;
        poll_fn(|context| {
            let mut guard = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
            let (missing, waiting) = &mut *guard;
            if !arrived {
                arrived = true;
                *missing -= 1;
            }
            if *missing == 0 {
                waiting.drain(..).for_each(Waker::wake);
                return Poll::Ready(());
            }
            waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// The results of all contenders.
struct Board<T> {
    noted: Mutex<Noted<T>>,
}

struct Noted<T> {
    outcomes: Vec<Option<Caught<T>>>,
    waiting: Option<Waker>,
}

impl<T> Board<T> {
    fn new(lanes: usize) -> Self {
        let outcomes = std::iter::repeat_with(|| None).take(lanes).collect();
        Self { noted: Mutex::new(Noted { outcomes, waiting: None }) }
    }

    fn note(&self, lane: usize, outcome: Caught<T>) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = noted.outcomes.get_mut(lane)
            && slot.is_none()
        {
            *slot = Some(outcome);
        }
        if let Some(waiting) = noted.waiting.take() {
            waiting.wake();
        }
    }

    /// All outcomes, once they are there; the first panic at once.
    fn poll(&self, context: &Context<'_>) -> Poll<Vec<T>> {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) =
            noted.outcomes.iter().position(|outcome| matches!(outcome, Some(Err(_))))
            && let Some(Err(panic)) = noted.outcomes.swap_remove(lane)
        {
            drop(noted);
            resume_unwind(panic);
        }
        if noted.outcomes.iter().all(Option::is_some) {
            return Poll::Ready(noted.outcomes.drain(..).flatten().flatten().collect());
        }
        noted.waiting = Some(context.waker().clone());
        Poll::Pending
    }
}

/// The right to note an outcome: a task that is dropped before it is done is noted too.
struct Ticket<T> {
    board: Arc<Board<T>>,
    lane: usize,
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        self.board.note(
            self.lane,
            Err(Box::new("the spawner dropped a task before it was done".to_owned())),
        );
    }
}
