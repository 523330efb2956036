use crate::row::Row;
use crate::target::Target;

/// What stands in `README.md`: the table, and what was to be reached.
pub(crate) fn report(rows: &[Row], targets: &[Target]) -> String {
    let targets: String = targets.iter().map(|target| format!("{target}\n")).collect();
    format!("{}\n```\n{targets}```\n", table(rows))
}

/// A line for each pair at each load, with the three drivers side by side.
fn table(rows: &[Row]) -> String {
    let head =
        "| pair | callers | calls/s | to redis | to fred | to rustis | p99 to redis |\n|---|--:|--:|--:|--:|--:|--:|\n";
    head.to_owned() + &rows.chunks(3).map(line).collect::<String>()
}

fn line(drivers: &[Row]) -> String {
    let [redis, ..] = drivers else { return String::new() };
    let Row { name, callers, ours, latency, .. } = redis;
    let ratios: Vec<String> = drivers
        .iter()
        .map(|Row { ratio, .. }| format!("{:.2} ({:.2}–{:.2})", ratio.median, ratio.min, ratio.max))
        .collect();
    let (ratios, p99) = (ratios.join(" | "), latency.p99_ratio.median);
    format!("| `{name}` | {callers} | {} | {ratios} | {p99:.2} |\n", thousands(ours.median))
}

/// With commas, to three digits.
fn thousands(figure: f64) -> String {
    let unit = 10_f64.powf((figure.log10() - 2.0).floor().max(0.0));
    let digits = format!("{:.0}", (figure / unit).round() * unit);
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
