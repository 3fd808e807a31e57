//! `galen eval`: what a model's answers are worth, with every doubt.

mod adaptive;
mod cases;
mod chain;
mod detection;
mod gap;
mod goals;
mod in_words;
mod pictures;
mod readers;
mod sealed;
mod segmentation;
mod size;
mod slices;
mod tasks;
mod threshold;
mod triage;
mod verified;

use std::path::Path;

use galen_eval::survival::Asked;
use galen_eval::{
    Columns, EvalError, Indeterminate, Settings, binary, compare, deployment, multiclass,
    regression, survival,
};
use galen_stats::Level;
use galen_stats::interval::{METHODS, Method};
use serde_json::{Value, json};

use crate::args::{
    Answers, Eval, EvalCompare, EvalFile, EvalOther, EvalTask, How, IndeterminateWord,
    UnverifiedWord,
};
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};

pub fn eval(args: &Eval, place: &Place) -> Result<Report, Failure> {
    match &args.other {
        Some(EvalOther::Compare(args)) => two_models(args, place),
        Some(EvalOther::Readers(args)) => readers::readers(args, place),
        Some(EvalOther::Adaptive(args)) => adaptive::adaptive(args, place),
        Some(EvalOther::Chain(args)) => chain::updates(args, place),
        Some(EvalOther::Gap(args)) => gap::gap(args, place),
        Some(EvalOther::Goals(args)) => goals::goals(args),
        Some(EvalOther::Triage(args)) => triage::triage(args, place),
        Some(EvalOther::Size(args)) => size::size(args, place),
        Some(EvalOther::Slices(args)) => slices::slices(args, place),
        Some(EvalOther::Threshold(args)) => threshold::threshold(args, place),
        None => file(&args.file, place),
    }
}

fn file(args: &EvalFile, place: &Place) -> Result<Report, Failure> {
    let Some(what) = &args.what else {
        unreachable!("the parser asks for it")
    };
    // Only a task of several labels comes without one.
    let truth = args.truth.clone().unwrap_or_default();
    let settings = Settings {
        margin: args.margin,
        ..settings(&args.how)?
    };
    let pictures = pictures::wanted(&args.plot)?;
    if !pictures.is_empty() && args.task != EvalTask::Binary {
        return Err(Failure::usage(
            "plot",
            "curves are of yes-or-no cases",
            "leave --plot out, or ask --task binary",
        ));
    }
    refuse_unread(args)?;
    let table = || table_in(&place.path(what), &args.reading);
    let columns = Columns {
        truth: truth.clone(),
        score: args.scores.first().cloned(),
        predicted: args.predicted.clone(),
        threshold: args.threshold,
        positive: args.positive.clone(),
        groups: args.groups.clone(),
        exploratory: args.exploratory.clone(),
        cross: args.cross,
        cluster: args.cluster.clone(),
        id: args.id.clone(),
        weight: args.weight.clone(),
        indeterminate: match args.indeterminate {
            IndeterminateWord::Refuse => Indeterminate::Refuse,
            IndeterminateWord::Exclude => Indeterminate::Exclude,
            IndeterminateWord::Wrong => Indeterminate::Wrong,
        },
    };
    if let (
        EvalTask::Binary | EvalTask::Regression | EvalTask::Alarms | EvalTask::Ordinal,
        [_, second, ..],
    ) = (args.task, args.scores.as_slice())
    {
        return Err(Failure::usage(
            "scores",
            format!("`--score {second}` is a second score, and this task has one"),
            "name one column",
        ));
    }
    let (mut document, text) = match args.task {
        EvalTask::Binary => {
            let table = table()?;
            let wrong = |error| failure(&error);
            let read = columns.read(&table).map_err(wrong)?;
            let found = binary::evaluate_read(&table, &read, &columns, &settings).map_err(wrong)?;
            warn(&found.warnings);
            let deployment = args.deployment_prevalence;
            let deployment =
                deployment.map(|prevalence| deployment::at(&read, prevalence, &settings));
            let deployment = deployment.transpose().map_err(wrong)?;
            pictures::draw(&pictures, &found, deployment.as_ref(), &args.how, place)?;
            let (mut document, mut text) = (json!(found), in_words::binary(&found));
            if let Some(deployment) = &deployment {
                document["deployment"] = json!(deployment);
                text.push_str(&in_words::deployment(deployment));
            }
            verified::add(
                args,
                &table,
                &columns,
                &settings,
                (&mut document, &mut text),
            )?;
            (document, text)
        }
        EvalTask::Multiclass => {
            let columns = Columns {
                score: None,
                ..columns
            };
            let table = table()?;
            let scores = classes(&args.scores, &table);
            let found = multiclass::evaluate(&table, &columns, &scores, &settings);
            let found = found.map_err(|error| failure(&error))?;
            (json!(found), in_words::parts(&json!(found)))
        }
        EvalTask::Regression => {
            let found = regression::evaluate(&table()?, &columns, &settings)
                .map_err(|error| failure(&error))?;
            (json!(found), in_words::parts(&json!(found)))
        }
        EvalTask::Segmentation => {
            segmentation::segmentation((what, &truth), args, &settings, place)?
        }
        EvalTask::Detection => detection::detection((what, &truth), args, &settings, place)?,
        EvalTask::Survival => {
            let (asked, table) = (asked(args)?, table()?);
            match args.of_task.cause {
                Some(cause) => tasks::competing(cause, &table, &columns, &asked, &settings)?,
                None => {
                    let found = survival::evaluate(&table, &columns, &asked, &settings);
                    let found = found.map_err(|error| failure(&error))?;
                    (json!(found), in_words::parts(&json!(found)))
                }
            }
        }
        EvalTask::Alarms => tasks::alarms(args, &table()?, &columns, &settings)?,
        EvalTask::Multilabel => tasks::multilabel(args, &table()?, &columns, &settings)?,
        EvalTask::Ordinal => tasks::ordinal(args, &table()?, &columns, &settings)?,
    };
    let task = format!("{:?}", args.task).to_lowercase();
    document["task"] = json!(task);
    document["settings"] = settings_of(&settings, args.threshold);
    Ok(Report::new("eval", document, text))
}

/// Refuses what a task does not read, rather than give numbers as if it did.
fn refuse_unread(args: &EvalFile) -> Result<(), Failure> {
    if let Some(option) = args.of_task.unread(args.task) {
        return Err(Failure::usage(
            "unread",
            format!("{option} is of another task, and this one does not read it"),
            "leave it out, or ask its --task",
        ));
    }
    if args.task == EvalTask::Binary {
        return Ok(());
    }
    let is_of_images = matches!(args.task, EvalTask::Segmentation | EvalTask::Detection);
    let unread = [
        ("--weight", args.weight.is_some()),
        ("--unverified", args.unverified != UnverifiedWord::Exclude),
        (
            "--reference-sensitivity",
            args.reference_sensitivity.is_some(),
        ),
        (
            "--deployment-prevalence",
            args.deployment_prevalence.is_some(),
        ),
        ("--id", args.id.is_some() && !is_of_images),
        ("--cross", args.cross),
        ("--margin", args.margin.is_some()),
        ("--method", args.how.method.is_some()),
        (
            "--threshold",
            args.threshold.is_some()
                && !matches!(
                    args.task,
                    EvalTask::Detection | EvalTask::Alarms | EvalTask::Multilabel
                ),
        ),
        (
            "--indeterminate wrong",
            args.indeterminate == IndeterminateWord::Wrong,
        ),
    ];
    match unread.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::usage(
            "unread",
            format!("{option} is for yes-or-no cases, and this task does not read it"),
            "leave it out, or ask --task binary",
        )),
    }
}

/// What is to be said besides the numbers.
fn warn(warnings: &[String]) {
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
}

/// The columns of answers that are in every table.
fn columns_of(answers: &Answers) -> Columns {
    Columns {
        truth: answers.truth.clone(),
        score: answers.score.clone(),
        predicted: answers.predicted.clone(),
        threshold: answers.threshold,
        positive: answers.positive.clone(),
        cluster: answers.cluster.clone(),
        ..Columns::default()
    }
}

fn settings_of(settings: &Settings, threshold: Option<f64>) -> Value {
    json!({
        "threshold": threshold,
        "level": settings.level.value(),
        "seed": settings.seed,
        "resamples": settings.resamples,
        "multiplicity": "holm",
        "method": settings.method.map(Method::id),
        "margin": settings.margin,
    })
}

/// A confidence level that was asked for.
fn level_of(level: f64) -> Result<Level, Failure> {
    Level::new(level)
        .map_err(|error| Failure::usage("level", error.to_string(), "write --level 0.95"))
}

fn settings(how: &How) -> Result<Settings, Failure> {
    let level = level_of(how.level)?;
    let method = how.method.as_deref().map(|id| {
        Method::by_id(id).ok_or_else(|| {
            let known: Vec<&str> = METHODS.into_iter().map(Method::id).collect();
            Failure::usage(
                "method",
                format!("there is no method `{id}`"),
                format!("one of: {}", known.join(", ")),
            )
        })
    });
    Ok(Settings {
        level,
        method: method.transpose()?,
        resamples: how.resamples,
        seed: how.seed,
        metrics: how.metrics.clone(),
        margin: None,
    })
}

/// Classes with the columns of their scores: as CLASS=COL, or columns that are called as the classes.
fn classes(scores: &[String], table: &galen_table::Table) -> Vec<(String, String)> {
    let both = |score: &String| match score.split_once('=') {
        Some((class, column)) if !table.has(score) => (class.to_owned(), column.to_owned()),
        _ => (score.clone(), score.clone()),
    };
    scores.iter().map(both).collect()
}

fn asked(args: &EvalFile) -> Result<Asked, Failure> {
    let Some(event) = &args.event else {
        return Err(Failure::usage(
            "no_event",
            "nothing says which column says whether the event was seen",
            "name it: --event COL",
        ));
    };
    let mut scores = Vec::new();
    for score in &args.scores {
        let at = score
            .split_once('=')
            .and_then(|(at, column)| Some((at.parse::<f64>().ok()?, column)));
        scores.push(match at {
            Some((at, column)) => (Some(at), column.to_owned()),
            None => (None, score.clone()),
        });
    }
    Ok(Asked {
        event: event.clone(),
        scores,
        horizons: args.horizons.clone(),
    })
}

fn two_models(args: &EvalCompare, place: &Place) -> Result<Report, Failure> {
    let settings = Settings {
        margin: args.margin,
        ..settings(&args.how)?
    };
    let read = |path: &Path| table_in(&place.path(path), &args.reading);
    let (a, b) = (read(&args.a)?, read(&args.b)?);
    let columns = columns_of(&args.answers);
    let found =
        compare::compare(&a, &b, &columns, &args.id, &settings).map_err(|error| failure(&error))?;
    let mut document = json!(found);
    document["settings"] = settings_of(&settings, args.answers.threshold);
    Ok(Report::new(
        "eval compare",
        document,
        in_words::compared(&found),
    ))
}

fn failure(error: &EvalError) -> Failure {
    let (code, help) = match error {
        EvalError::Column(_) => ("column", "name a column of the file"),
        EvalError::NoTruth(_) => ("truth", "name the column with the truth: --truth COL"),
        EvalError::NoPositive { .. } | EvalError::UnknownValue { .. } => (
            "positive",
            "name the value that means diseased: --positive VALUE",
        ),
        EvalError::ManyValues { .. } => ("truth", "for several classes ask --task multiclass"),
        EvalError::NotNumber { .. } => {
            ("number", "correct it, or say what means missing: --na TEXT")
        }
        EvalError::NoAnswer { .. } => (
            "no_answer",
            "say what they count as: --indeterminate wrong (against the model), or exclude",
        ),
        EvalError::Missing { .. } => ("missing", "complete it, or leave the row out"),
        EvalError::NothingToJudge => (
            "no_answers",
            "name a column: --score COL or --predicted COL",
        ),
        EvalError::UnknownMetric { .. } => (
            "metric",
            "galen eval --help, and docs/evaluation.md, list them",
        ),
        EvalError::BadParameter(_) => ("metric", "write it as sensitivity_at_specificity=0.95"),
        EvalError::Method { .. } => ("method", "take one of those, or leave --method out"),
        EvalError::RowWise { .. } => (
            "row_wise",
            "leave --method out: each metric's own interval then counts patients",
        ),
        EvalError::Repeats { .. } => (
            "repeats",
            "say so with --cluster COL: the interval then counts patients",
        ),
        EvalError::NotPaired(_) => ("not_paired", "give both models the same cases"),
        EvalError::Cases(_) | EvalError::Undefined(_) | EvalError::Other(_) => {
            ("eval", "correct the table")
        }
    };
    Failure::usage(code, error.to_string(), help)
}
