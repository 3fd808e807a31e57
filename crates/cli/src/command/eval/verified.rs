//! What `galen eval` says of cases without a reference standard, or of one that errs.

use galen_eval::verification::{imperfect, partly_verified, warning};
use galen_eval::{Columns, Settings};
use galen_stats::imperfect::ReferenceStandard;
use galen_table::Table;
use serde_json::{Value, json};

use super::{failure, warn};
use crate::args::{EvalFile, UnverifiedWord};
use crate::report::Failure;
use crate::words::{estimate, number, table};

/// Adds to a document, and to its text, what is corrected for who was verified and for errors of the reference standard.
///
/// # Errors
/// [`Failure`] if cases are not verified and that is to be refused, or the table cannot be read so.
pub fn add(
    args: &EvalFile,
    read: &Table,
    columns: &Columns,
    settings: &Settings,
    (document, text): (&mut Value, &mut String),
) -> Result<(), Failure> {
    let unverified = document["left_out"]["no_truth"].as_u64().unwrap_or(0);
    match args.unverified {
        // Whether that depends on the model is a second reading of the table.
        UnverifiedWord::Exclude if unverified == 0 => {}
        UnverifiedWord::Exclude => {
            // What cannot be read so, such as weights, has no warning.
            if let Ok(Some(said)) = warning(read, columns, settings) {
                eprintln!("warning: {said}");
                if let Some(warnings) = document["warnings"].as_array_mut() {
                    warnings.push(json!(said));
                }
            }
        }
        UnverifiedWord::Refuse => {
            if unverified > 0 {
                return Err(Failure::usage(
                    "unverified",
                    format!("{unverified} cases have no truth"),
                    "complete them, or ask --unverified correct or exclude",
                ));
            }
        }
        UnverifiedWord::Correct => {
            let found = partly_verified(read, columns, &args.verified_by, settings)
                .map_err(|error| failure(&error))?;
            warn(&found.warnings);
            let row = |(name, one): (&String, &galen_stats::Estimate)| {
                let alone = found
                    .verified_only
                    .get(name)
                    .map_or_else(String::new, estimate);
                vec![name.clone(), estimate(one), alone]
            };
            let rows: Vec<Vec<String>> = found.corrected.iter().map(row).collect();
            text.push_str(&format!(
                "\n\n{} of {} cases have the reference standard. As if all had it:\n",
                found.verified, found.n
            ));
            text.push_str(&table(
                &["metric", "corrected", "verified cases only"],
                &rows,
            ));
            document["verification"] = json!(found);
        }
    }
    let shares = (args.reference_sensitivity, args.reference_specificity);
    let reference = match shares {
        (None, None) => return Ok(()),
        (Some(sensitivity), Some(specificity)) => ReferenceStandard {
            sensitivity,
            specificity,
            diseased: args.reference_diseased,
            healthy: args.reference_healthy,
        },
        _ => {
            return Err(Failure::usage(
                "reference",
                "a reference standard that errs has a sensitivity and a specificity",
                "give both: --reference-sensitivity S --reference-specificity S",
            ));
        }
    };
    let found = imperfect(read, columns, &reference, settings).map_err(|error| failure(&error))?;
    let bounds = |bounds: Option<[f64; 2]>| {
        bounds.map_or("not defined".to_owned(), |[low, high]| {
            format!("{} to {}", number(low), number(high))
        })
    };
    let rows = [
        ("prevalence", &found.prevalence, String::new()),
        (
            "sensitivity",
            &found.sensitivity,
            bounds(found.sensitivity_bounds),
        ),
        (
            "specificity",
            &found.specificity,
            bounds(found.specificity_bounds),
        ),
    ];
    let rows = rows.map(|(name, one, bounds)| vec![name.to_owned(), estimate(one), bounds]);
    text.push_str("\n\nCorrected for the errors of the reference standard:\n");
    text.push_str(&table(
        &["metric", "if errors are independent", "whatever they are"],
        &rows,
    ));
    document["imperfect_reference"] = json!(found);
    Ok(())
}
