use super::EXPECTATIONS;

/// The expectations as a Markdown table, in their order.
pub fn manual() -> String {
    let code = |words: Vec<&str>| {
        let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
        words.join(", ")
    };
    let row = |about: super::About| {
        let params = code(about.params.to_vec());
        let of_rows = if about.of_rows { "yes" } else { "no" };
        format!(
            "| `{}` | {} | {params} | {of_rows} |\n",
            about.id, about.what
        )
    };
    let rows: String = EXPECTATIONS.iter().map(|e| row(e.about())).collect();
    format!("| id | what must hold | parameters | of some rows |\n|---|---|---|---|\n{rows}")
}
