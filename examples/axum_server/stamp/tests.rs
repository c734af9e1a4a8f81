use super::*;

fn stamp(digits: &str) -> Option<Stamp> {
    Stamp::parse(digits)
}

#[test]
fn a_reading_is_for_those_who_asked_before_it_began() {
    let shared = Arc::<SharedReading>::default();
    let mut first = shared.ask();
    assert!(first.is_first);
    let mut running = shared.start();
    let waiting = running.next().expect("one waits");
    let mut late = shared.ask();
    assert!(!late.is_first, "the task goes on");
    running.settle(waiting, stamp("1"));
    assert_eq!(first.outcome.try_recv().expect("it was read"), stamp("1"));
    assert!(late.outcome.try_recv().is_err(), "the reading had begun before");
    let waiting = running.next().expect("one waits");
    running.settle(waiting, stamp("2"));
    assert_eq!(late.outcome.try_recv().expect("it was read"), stamp("2"));
    assert!(running.next().is_none());
    let next = shared.ask();
    drop(running);
    assert!(next.is_first, "the task has ended");
    assert!(!shared.ask().is_first, "and its end is not that of the next one");
}

#[test]
fn a_failed_reading_keeps_what_was_found_before() {
    let shared = Arc::<SharedReading>::default();
    assert_eq!(shared.last(), None);
    for (found, last) in [(stamp("1"), stamp("1")), (None, stamp("1")), (stamp("2"), stamp("2"))] {
        let mut asked = shared.ask();
        let mut running = shared.start();
        let waiting = running.next().expect("one waits");
        running.settle(waiting, found);
        assert_eq!((asked.outcome.try_recv(), shared.last()), (Ok(found), last));
        assert!(running.next().is_none());
    }
}

#[test]
fn a_reading_that_is_cut_off_keeps_nobody_waiting() {
    let shared = Arc::<SharedReading>::default();
    let mut first = shared.ask();
    let mut running = shared.start();
    let waiting = running.next().expect("one waits");
    let mut second = shared.ask();
    drop((waiting, running));
    for asked in [&mut first, &mut second] {
        assert_eq!(asked.outcome.try_recv(), Err(oneshot::error::TryRecvError::Closed));
    }
    assert!(shared.ask().is_first, "the next request reads");
}

#[test]
fn what_is_read_during_a_change_is_out_of_date_once_it_has_ended() {
    let changes = OwnChanges::default();
    let before = changes.stamp();
    let change = changes.begin();
    let meanwhile = changes.stamp();
    drop(change);
    assert!(before != meanwhile && changes.stamp() != meanwhile);
}
