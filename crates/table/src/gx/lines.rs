/// The line, from 1, on which each item of the list `expectations` of a JSON text begins.
///
/// The text was parsed before; this only counts, so that tabs and whatever else JSON allows do no harm.
pub fn of_items(text: &str) -> Vec<u32> {
    let mut lines = Vec::new();
    let mut line = 1;
    let mut depth = 0;
    // The word that was read last, and the depth of the list once it was reached.
    let mut word = String::new();
    let mut list = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => line += 1,
            '"' => {
                word.clear();
                while let Some(letter) = letters.next() {
                    match letter {
                        '"' => break,
                        '\\' => drop(letters.next()),
                        '\n' => line += 1,
                        _ if word.len() < 32 => word.push(letter),
                        _ => {}
                    }
                }
            }
            '[' | '{' => {
                if list == Some(depth) && letter == '{' {
                    lines.push(line);
                }
                depth += 1;
                if list.is_none() && letter == '[' && depth == 2 && word == "expectations" {
                    list = Some(depth);
                }
            }
            ']' | '}' => {
                if list == Some(depth) && letter == ']' {
                    return lines;
                }
                depth -= 1;
            }
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_of_the_list_has_its_line() {
        let text = "{\n\t\"meta\": {\"expectations\": [{}]},\n\"expectations\": [\n{\"kwargs\": {\"value_set\": [\"]\"]}},\n\n {\n}], \"x\": [{}]}";
        assert_eq!(of_items(text), [4, 6]);
        assert_eq!(of_items("{}"), [0; 0]);
    }
}
