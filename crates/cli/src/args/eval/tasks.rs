//! What alarms, competing risks, several labels and grades are asked with.

use clap::Args;

use super::EvalTask;

#[derive(Args, Debug)]
pub struct OfTask {
    /// For alarms: the column with the time of a row, in hours (or another unit, see --day); --truth is the time of the event, the same in all rows of a
    /// patient and empty where it never came, --cluster the patient, --horizon how long before the event an alarm counts
    #[arg(long, value_name = "COL")]
    pub time: Option<String>,
    /// For alarms: the truth is 0 or 1 in each row, and the event begins with the first 1 of a patient
    #[arg(long)]
    pub onset_label: bool,
    /// For alarms: how long nothing sounds after an alarm; default: 0, every flag sounds
    #[arg(long, value_name = "T")]
    pub silence: Option<f64>,
    /// For alarms: how long before the event an alarm must be to be in time; default: 0
    #[arg(long, value_name = "T")]
    pub lead: Option<f64>,
    /// For alarms: how long the last row of a patient lasts; default: the median distance of two rows
    #[arg(long, value_name = "T")]
    pub step: Option<f64>,
    /// For alarms: how many units of time a day has; default: 24, hours
    #[arg(long, value_name = "T")]
    pub day: Option<f64>,
    /// For survival with several kinds of events: the kind that the score is of; --event then holds 0 where none was seen, and else the number of its kind
    #[arg(long, value_name = "K")]
    pub cause: Option<u32>,
    /// For multilabel: a label with the columns of its truth and score, or of its own answer
    #[arg(long = "label", value_name = "NAME=TRUTH,SCORE[,PREDICTED]")]
    pub labels: Vec<String>,
    /// For ordinal: the levels from the lowest to the highest; default: the numbers of the columns
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub levels: Vec<String>,
}

impl OfTask {
    /// An option that was given and that the task does not read.
    pub fn unread(&self, task: EvalTask) -> Option<&'static str> {
        let is_alarms = task == EvalTask::Alarms;
        let all = [
            ("--time", self.time.is_some() && !is_alarms),
            ("--onset-label", self.onset_label && !is_alarms),
            ("--silence", self.silence.is_some() && !is_alarms),
            ("--lead", self.lead.is_some() && !is_alarms),
            ("--step", self.step.is_some() && !is_alarms),
            ("--day", self.day.is_some() && !is_alarms),
            (
                "--cause",
                self.cause.is_some() && task != EvalTask::Survival,
            ),
            (
                "--label",
                !self.labels.is_empty() && task != EvalTask::Multilabel,
            ),
            (
                "--levels",
                !self.levels.is_empty() && task != EvalTask::Ordinal,
            ),
        ];
        all.into_iter()
            .find(|(_, is_unread)| *is_unread)
            .map(|(name, _)| name)
    }
}
