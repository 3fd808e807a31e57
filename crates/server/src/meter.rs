//! Numbers for Prometheus.
//!
//! # Source
//! Prometheus text exposition format 0.0.4.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::watch::{Seen, Standing, Unseen};

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 11] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];

/// Counts since the start.
#[derive(Default)]
pub(crate) struct Meter {
    /// By route and status. Routes are ours, never a path that somebody made up, so that there are few.
    requests: Mutex<BTreeMap<(String, u16), u64>>,
    latency: Mutex<([u64; BUCKETS.len()], f64, u64)>,
    rows: AtomicU64,
}

impl Meter {
    /// Counts an answered request.
    pub fn request(&self, route: &str, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), status)).or_default() += 1;
    }

    /// Counts an inference that gave scores.
    pub fn inference(&self, rows: usize, took: Duration) {
        let seconds = took.as_secs_f64();
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        let mut latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let (buckets, sum, count) = &mut *latency;
        for (bucket, end) in buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(seconds <= end);
        }
        *sum += seconds;
        *count += 1;
    }

    /// The text that Prometheus reads.
    pub fn text(&self, seen: &Result<Seen, Unseen>) -> String {
        let mut text = Text(String::new());
        text.head(
            "galen_http_requests_total",
            "counter",
            "Answered requests by route and status.",
        );
        for ((route, status), count) in self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            let labels = format!("route=\"{}\",status=\"{status}\"", escaped(route));
            text.line("galen_http_requests_total", &labels, *count as f64);
        }
        text.head(
            "galen_inference_seconds",
            "histogram",
            "Time of an inference, from the parsed request to its scores.",
        );
        let (buckets, sum, count) = *self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        for (bucket, end) in buckets.into_iter().zip(BUCKETS) {
            text.line(
                "galen_inference_seconds_bucket",
                &format!("le=\"{end}\""),
                bucket as f64,
            );
        }
        text.line(
            "galen_inference_seconds_bucket",
            "le=\"+Inf\"",
            count as f64,
        );
        text.line("galen_inference_seconds_sum", "", sum);
        text.line("galen_inference_seconds_count", "", count as f64);
        text.head(
            "galen_rows_scored_total",
            "counter",
            "Cases that were given a score.",
        );
        text.line(
            "galen_rows_scored_total",
            "",
            self.rows.load(Ordering::Relaxed) as f64,
        );
        let verified = matches!(seen, Ok(Seen { trouble: None, .. }));
        text.head(
            "galen_ledger_verified",
            "gauge",
            "1 if the ledger could be verified just now.",
        );
        text.line("galen_ledger_verified", "", f64::from(u8::from(verified)));
        if let Ok(seen) = seen {
            text.state(seen);
        }
        text.0
    }
}

struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: f64) {
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{labels}}}")
        };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn state(&mut self, seen: &Seen) {
        let state = &seen.view.state;
        self.head("galen_ledger_entries", "gauge", "Records on the ledger.");
        self.line("galen_ledger_entries", "", state.entries as f64);
        self.head("galen_alerts_open", "gauge", "Open alerts.");
        self.line("galen_alerts_open", "", state.open_alerts().count() as f64);
        self.head(
            "galen_release_live",
            "gauge",
            "1 if the live release can be asked.",
        );
        let usable = matches!(seen.view.standing, Standing::Live(_));
        self.line("galen_release_live", "", f64::from(u8::from(usable)));
        if let Some(live) = state.live_release() {
            self.head(
                "galen_release_info",
                "gauge",
                "The live release and the digest of its model.",
            );
            let labels = format!(
                "release=\"{}\",model=\"{}\"",
                escaped(&live.id),
                live.model.digest
            );
            self.line("galen_release_info", &labels, 1.0);
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_count_all_that_was_as_fast_or_faster() {
        let meter = Meter::default();
        meter.inference(3, Duration::from_millis(2));
        meter.inference(1, Duration::from_secs(60));
        meter.request("/v2/\"models\"", 200);
        let text = meter.text(&Err(Unseen {
            why: "gone".to_owned(),
        }));
        for line in [
            "galen_inference_seconds_bucket{le=\"0.001\"} 0",
            "galen_inference_seconds_bucket{le=\"0.0025\"} 1",
            "galen_inference_seconds_bucket{le=\"5\"} 1",
            "galen_inference_seconds_bucket{le=\"+Inf\"} 2",
            "galen_inference_seconds_count 2",
            "galen_rows_scored_total 4",
            "galen_http_requests_total{route=\"/v2/\\\"models\\\"\",status=\"200\"} 1",
            "galen_ledger_verified 0",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in\n{text}"
            );
        }
    }
}
