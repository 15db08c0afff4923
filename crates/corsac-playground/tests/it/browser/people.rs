//! People: with a keyboard, on a phone, with a screen reader, with scripts turned off.

use serde_json::{Value, json};

use super::presses::{last_name, press, shown};
use crate::{
    chromium::{Chromium, Key},
    demo::Demo,
};

/// What has the focus now: its id, or what its button asks.
async fn focused(browser: &Chromium) -> String {
    let script = "const it = document.activeElement;
        return it.dataset.press ? `${it.dataset.press} ${it.dataset.target}` : it.id || it.className || it.tagName";
    browser.run(script).await.as_str().unwrap().to_owned()
}

/// Puts something on every part of the page: results, errors, all fields.
async fn fill(browser: &Chromium) {
    for (name, target) in [("put", "api"), ("put", "gateway"), ("login", "gateway")] {
        press(browser, name, target).await;
    }
    browser
        .run("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
        .await;
    let long = format!(r#"allow-origins = ["https://{}.example/"]"#, "a".repeat(60));
    browser.find("#policy-text").await.write(&long).await;
    browser.find("#apply-policy").await.click().await;
    browser.wait("#policy-status[data-kind=refused]").await;
}

#[tokio::test]
async fn everything_can_be_done_with_the_keyboard_alone() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    browser.press(Key::Tab).await;
    assert_eq!(focused(&browser).await, "skip");
    browser.press(Key::Enter).await;
    assert_eq!(focused(&browser).await, "presses");
    browser.press(Key::Tab).await;
    assert_eq!(focused(&browser).await, "reset-pets");
    for expected in ["get api", "get gateway", "json-get api"] {
        browser.press(Key::Tab).await;
        assert_eq!(focused(&browser).await, expected);
    }
    let outline = "return getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.run(outline).await, "solid", "the focus can be seen");

    let last = last_name(&browser, "json-get", "api").await;
    browser.press(Key::Enter).await;
    let steps = shown(&browser, "json-get", "api", &last).await;
    assert_eq!(steps[0].outcome, "blocked");
    assert_eq!(
        focused(&browser).await,
        "json-get api",
        "a press does not move the focus"
    );

    let n_presses = 14;
    for _ in 0..n_presses {
        if focused(&browser).await != "policy-text" {
            browser.press(Key::Tab).await;
        }
    }
    assert_eq!(focused(&browser).await, "policy-text");
    browser.write("# mine\n").await;
    browser.press(Key::CtrlEnter).await;
    browser.wait("#policy-status[data-kind=applied]").await;
    for expected in ["apply-policy", "reset-policy"] {
        browser.press(Key::Tab).await;
        assert_eq!(
            focused(&browser).await,
            expected,
            "the text area lets the focus go"
        );
    }
    browser.press(Key::Enter).await;
    let is_back = "return document.getElementById('in-force').textContent.startsWith('# Who')";
    browser.wait_until(is_back).await;
}

#[tokio::test]
async fn a_phone_shows_everything_without_scrolling_sideways() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    browser.be_a_phone().await;
    fill(&browser).await;
    let widths = "return [innerWidth, document.documentElement.scrollWidth]";
    assert_eq!(browser.run(widths).await, json!([360, 360]));
    let small = r#"return [...document.querySelectorAll("button, a, summary")]
        .filter((it) => it.checkVisibility() && !it.matches(".skip"))
        .map((it) => [it.textContent, it.getBoundingClientRect().height])
        .filter(([, height]) => height < 24)"#;
    let inline_links = browser.run(small).await;
    let tall_enough = inline_links
        .as_array()
        .unwrap()
        .iter()
        .all(|it| it[0] == "policy");
    assert!(tall_enough, "{inline_links}");
}

/// The contrast of every text with what is behind it, where it is below what WCAG asks for (AA).
const LOW_CONTRAST: &str = r#"
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => {
        const [R, G, B] = [r, g, b].map((it) => it / 255)
            .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
        return 0.2126 * R + 0.7152 * G + 0.0722 * B;
    };
    const behind = (it) => {
        for (; it; it = it.parentElement) {
            const color = rgba(getComputedStyle(it).backgroundColor);
            if (color[3] === 255) return color;
        }
        return rgba("Canvas");
    };
    const contrast = (a, b) => {
        const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m);
        return (x + 0.05) / (y + 0.05);
    };
    const hasText = (it) => it.matches("textarea")
        || [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    return [...document.body.querySelectorAll("*")]
        .filter((it) => hasText(it) && it.checkVisibility())
        .map((it) => {
            const style = getComputedStyle(it);
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            const ratio = contrast(rgba(style.color), behind(it));
            return { text: it.textContent.slice(0, 40), ratio, enough: ratio >= (isLarge ? 3 : 4.5) };
        })
        .filter((it) => !it.enough);
"#;

#[tokio::test]
async fn every_text_has_enough_contrast_in_light_and_in_dark() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    fill(&browser).await;
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer("prefers-color-scheme", scheme).await;
        papers.push(
            browser
                .run("return getComputedStyle(document.body).backgroundColor")
                .await,
        );
        assert_eq!(browser.run(LOW_CONTRAST).await, json!([]), "{scheme}");
    }
    assert_ne!(papers[0], papers[1], "there are two palettes");
}

#[tokio::test]
async fn nothing_moves_for_those_who_asked_for_it() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    press(&browser, "get", "api").await;
    let script = "return getComputedStyle(document.getElementById('result-get-api')).animationName";
    for (preference, animation) in [("no-preference", "appear"), ("reduce", "none")] {
        browser.prefer("prefers-reduced-motion", preference).await;
        assert_eq!(browser.run(script).await, animation);
    }
}

/// The roles of what can be operated.
const CONTROLS: [&str; 4] = ["button", "link", "textbox", "DisclosureTriangle"];

#[tokio::test]
async fn a_screen_reader_finds_landmarks_and_a_name_for_every_control() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    fill(&browser).await;
    let tree = browser
        .devtools("Accessibility.getFullAXTree", json!({}))
        .await;
    let nodes = tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["ignored"] == false);
    let role = |it: &Value| it["role"]["value"].as_str().unwrap_or_default().to_owned();
    let name = |it: &Value| it["name"]["value"].as_str().unwrap_or_default().to_owned();
    let nodes: Vec<_> = nodes.map(|it| (role(it), name(it))).collect();

    for landmark in ["banner", "main", "contentinfo", "status"] {
        assert!(nodes.iter().any(|(role, _)| role == landmark), "{landmark}");
    }
    let controls = nodes.iter().filter(|(role, _)| CONTROLS.contains(&&**role));
    let names: Vec<_> = controls.map(|(_, name)| name.as_str()).collect();
    assert!(names.iter().all(|it| !it.trim().is_empty()), "{names:?}");
    for name in [
        "Ask the gateway (Change a pet)",
        "Your policy",
        "Apply",
        "All 13 fields",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let n_controls = "return document.querySelectorAll('button, a, textarea, summary').length";
    assert_eq!(browser.run(n_controls).await, names.len(), "{names:?}");
}

#[tokio::test]
async fn headings_leave_no_level_out() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    fill(&browser).await;
    let script = "return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
        .map((it) => Number(it.tagName[1]))";
    let levels = browser.run(script).await;
    let levels: Vec<_> = levels
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_u64().unwrap())
        .collect();
    assert_eq!(levels.iter().filter(|it| **it == 1).count(), 1);
    assert!(levels.windows(2).all(|it| it[1] <= it[0] + 1), "{levels:?}");
}

#[tokio::test]
async fn a_press_is_announced_in_words() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    let said = "return document.getElementById('announcer').textContent";
    press(&browser, "put", "api").await;
    let text = browser.run(said).await;
    assert!(
        text.as_str()
            .unwrap()
            .starts_with("PUT to the API: Blocked. Before"),
        "{text}"
    );
    press(&browser, "put", "gateway").await;
    let text = browser.run(said).await;
    assert!(
        text.as_str()
            .unwrap()
            .starts_with("PUT to the gateway: Allowed."),
        "{text}"
    );
    assert_eq!(
        browser.text("#result-put-api .verdict strong").await,
        "Blocked"
    );
}

#[tokio::test]
async fn without_scripts_the_page_says_what_is_missing() {
    let demo = Demo::start();
    let browser = Chromium::start(&["--blink-settings=scriptEnabled=false".to_owned()]).await;
    browser.goto(&demo.page()).await;
    let text = browser.text("main").await;
    assert!(text.contains("scripts are off"), "{text}");
}

#[tokio::test]
async fn all_pets_come_back() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    for status in ["DELETE 204", "DELETE 404"] {
        let steps = press(&browser, "delete", "gateway").await;
        assert_eq!(
            (&*steps[0].outcome, &*steps[0].wire[1]),
            ("readable", status)
        );
    }
    browser.find("#reset-pets").await.click().await;
    browser
        .wait_until(
            "return document.getElementById('announcer').textContent === 'All pets are back.'",
        )
        .await;
    assert_eq!(
        press(&browser, "delete", "gateway").await[0].wire[1],
        "DELETE 204"
    );
}
