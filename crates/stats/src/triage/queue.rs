use super::Priority;

/// Cases a minute, and the mean minutes of reading one.
#[derive(Clone, Copy)]
pub(super) struct Class {
    pub(super) rate: f64,
    pub(super) minutes: f64,
}

impl Class {
    fn load(&self) -> f64 {
        self.rate * self.minutes
    }
}

/// The mean wait of each class after the first, in falling priority; the first stops every reading. None where no exact formula is known.
pub(super) fn waits(
    first: Class,
    others: &[Class],
    priority: Priority,
    readers: u32,
) -> Option<Vec<f64>> {
    match readers {
        1 => Some(one_reader(first, others, priority)),
        _ => several(first, others, priority, readers),
    }
}

/// The square of an exponential time is on average twice that of its mean: half of it, by the rate, is the work that a case finds begun.
fn begun(class: &Class) -> f64 {
    class.rate * class.minutes * class.minutes
}

fn one_reader(first: Class, others: &[Class], priority: Priority) -> Vec<f64> {
    let all: f64 = begun(&first) + others.iter().map(begun).sum::<f64>();
    let (mut before, mut begun_so_far) = (first.load(), begun(&first));
    let wait = |class: &Class| {
        let after = before + class.load();
        begun_so_far += begun(class);
        // What may stop a reading stretches it.
        let (found, stretched) = match priority {
            Priority::Preemptive => (begun_so_far, before),
            Priority::NonPreemptive => (all, first.load()),
        };
        let wait = found / ((1.0 - before) * (1.0 - after))
            + class.minutes * stretched / (1.0 - stretched);
        before = after;
        wait
    };
    others.iter().map(wait).collect()
}

fn several(first: Class, others: &[Class], priority: Priority, readers: u32) -> Option<Vec<f64>> {
    let minutes = others.first()?.minutes;
    let is_alone = first.rate == 0.0;
    if !is_alone && (first.minutes != minutes || priority == Priority::NonPreemptive) {
        return None;
    }
    let capacity = f64::from(readers) / minutes;
    match priority {
        Priority::NonPreemptive => {
            let all: f64 = others.iter().map(|class| class.rate).sum();
            let free = waits_at_all(all * minutes, readers) / capacity;
            let mut before = 0.0;
            let wait = |class: &Class| {
                let after = before + class.rate / capacity;
                let wait = free / ((1.0 - before) * (1.0 - after));
                before = after;
                wait
            };
            Some(others.iter().map(wait).collect())
        }
        Priority::Preemptive => {
            // The waiting of all cases of a minute.
            let waiting =
                |rate: f64| rate * waits_at_all(rate * minutes, readers) / (capacity - rate);
            let mut before = first.rate;
            let wait = |class: &Class| {
                // The wait of a class of no case is that of its first few.
                let rate = class.rate.max(1e-6 * (capacity - before));
                let wait = (waiting(before + rate) - waiting(before)) / rate;
                before += class.rate;
                wait
            };
            Some(others.iter().map(wait).collect())
        }
    }
}

/// The probability that every reader reads, by the readings that begin in the time of one.
///
/// # Source
/// Erlang 1917; the recursion: Kleinrock 1975, Queueing Systems I, section 3.6.
fn waits_at_all(offered: f64, readers: u32) -> f64 {
    let mut lost = 1.0;
    for reader in 1..=readers {
        lost = offered * lost / (f64::from(reader) + offered * lost);
    }
    lost / (1.0 - offered / f64::from(readers) * (1.0 - lost))
}
