//! From the keys of a policy to the policy, and from its remarks back to the keys.

use std::ops::Range;
use std::time::Duration;

use corsac::server::{ConfigError, Mistake, Policy, PolicyBuilder, Setting, Warning};

use crate::document::Document;
use crate::problem::Problem;
use crate::table::Table;
use crate::text::Text;

/// Reads a policy.
pub(crate) fn read<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Option<Policy> {
    let n_errors = document.n_errors();
    let settings = Settings::read(table, document);
    let policy = match settings.builder().build() {
        Ok(policy) => Some(policy),
        Err(errors) => {
            for error in &errors {
                document.report(settings.error(error));
            }
            None
        }
    };
    let policy = policy.filter(|_| document.n_errors() == n_errors)?;
    for warning in policy.warnings() {
        document.report(settings.warning(warning));
    }
    Some(policy)
}

/// The name of the policy that rides along with this one in report-only mode.
pub(crate) fn report_only<'t, 's>(
    table: &Table<'t, 's>,
    own_name: &str,
    document: &mut Document<'s>,
) -> Option<Text<'t>> {
    let value = table.value("report-only")?;
    let name = document.string(value)?;
    if name.value == own_name {
        let message = "a policy does not differ from itself: name another";
        document.report(Problem::error("report-only-itself", message).at(value.span()));
        return None;
    }
    Some(name)
}

/// What the keys of a policy say.
struct Settings<'a, 't, 's> {
    table: &'a Table<'t, 's>,
    /// `None` if it is there, but is no list.
    origins: Option<Vec<Text<'t>>>,
    methods: Vec<Text<'t>>,
    request_headers: Vec<Text<'t>>,
    exposed_headers: Vec<Text<'t>>,
    max_age: Option<Duration>,
    /// The keys of the settings that are switched on.
    switched_on: Vec<Setting>,
    keeps_handler_fields: bool,
}

impl<'a, 't, 's> Settings<'a, 't, 's> {
    fn read(table: &'a Table<'t, 's>, document: &mut Document<'s>) -> Self {
        let origins = table.value(Setting::AllowOrigins.key());
        let max_age = table.value(Setting::MaxAge.key());
        let mut settings = Self {
            table,
            origins: match origins {
                Some(value) => document.strings(value).filter(|it| {
                    // An empty list is the builder's to refuse, one of wrong items is not.
                    !it.is_empty() || value.get_ref().as_array().is_some_and(|it| it.is_empty())
                }),
                None => Some(Vec::new()),
            },
            methods: names(table, Setting::AllowMethods, document),
            request_headers: names(table, Setting::AllowHeaders, document),
            exposed_headers: names(table, Setting::ExposeHeaders, document),
            max_age: max_age.and_then(|it| document.duration(it)),
            switched_on: Vec::new(),
            keeps_handler_fields: false,
        };
        for setting in SWITCHES {
            let value = table.value(setting.key());
            if value.and_then(|it| document.boolean(it)) == Some(true) {
                settings.switched_on.push(setting);
            }
        }
        let refuse = table.value(Setting::Refuse.key());
        if refuse.and_then(|it| document.word(it, ["forward", "reject"])) == Some("reject") {
            settings.switched_on.push(Setting::Refuse);
        }
        let upstream = table.value("upstream");
        settings.keeps_handler_fields =
            upstream.and_then(|it| document.word(it, ["override", "keep"])) == Some("keep");
        settings
    }

    fn builder(&self) -> PolicyBuilder {
        let texts = |texts: &[Text<'t>]| -> Vec<String> {
            texts.iter().map(|it| it.value.to_owned()).collect()
        };
        let origins = match &self.origins {
            Some(origins) => texts(origins),
            None => vec![STAND_IN.to_owned()],
        };
        let mut builder = Policy::builder(origins)
            .methods(texts(&self.methods))
            .request_headers(texts(&self.request_headers))
            .expose_headers(texts(&self.exposed_headers));
        if let Some(max_age) = self.max_age {
            builder = builder.max_age(max_age);
        }
        if self.keeps_handler_fields {
            builder = builder.keep_handler_fields();
        }
        for setting in &self.switched_on {
            builder = switched_on(builder, *setting);
        }
        builder
    }

    fn error(&self, error: &ConfigError) -> Problem {
        let message = match permission_for(error.kind) {
            Some(permission) => format!("{}; `{}` permits it", error.kind, permission.key()),
            None => error.kind.to_string(),
        };
        Problem::error(error.code(), message)
            .at(self.locate(error.setting, error.index, &error.value, error.span.clone()))
            .suggesting(error.suggestion.clone())
    }

    fn warning(&self, warning: &Warning) -> Problem {
        Problem::warning(warning.code(), warning.kind.to_string())
            .at(self.locate(
                warning.setting,
                warning.index,
                &warning.value,
                warning.span.clone(),
            ))
            .suggesting(warning.suggestion.clone())
    }

    /// The bytes of the source that a remark is about.
    fn locate(
        &self,
        setting: Setting,
        index: usize,
        value: &str,
        span: Range<usize>,
    ) -> Range<usize> {
        let no_texts: &[Text<'t>] = &[];
        let texts = match setting {
            Setting::AllowOrigins => self.origins.as_deref().unwrap_or(no_texts),
            Setting::AllowMethods => &self.methods,
            Setting::AllowHeaders => &self.request_headers,
            Setting::ExposeHeaders => &self.exposed_headers,
            _ => no_texts,
        };
        if let Some(text) = texts.get(index).filter(|it| it.value == value) {
            return text.source_span(span);
        }
        match self.table.value(setting.key()) {
            Some(value) => value.span(),
            None => self.table.span.clone(),
        }
    }
}

/// A list of methods or of header names.
fn names<'t, 's>(
    table: &Table<'t, 's>,
    setting: Setting,
    document: &mut Document<'s>,
) -> Vec<Text<'t>> {
    let value = table.value(setting.key());
    value.map_or_else(Vec::new, |it| document.names(it))
}

fn switched_on(builder: PolicyBuilder, setting: Setting) -> PolicyBuilder {
    match setting {
        Setting::AllowCredentials => builder.credentials(),
        Setting::Refuse => builder.reject_refused_origins(),
        Setting::DangerouslyAllowNullOrigin => builder.dangerously_allow_null_origin(),
        Setting::DangerouslyAllowInsecureOrigins => builder.dangerously_allow_insecure_origins(),
        Setting::DangerouslyAllowPublicSuffix => builder.dangerously_allow_public_suffix(),
        _ => builder,
    }
}

/// The setting that permits what is refused otherwise.
fn permission_for(mistake: Mistake) -> Option<Setting> {
    match mistake {
        Mistake::NullOrigin => Some(Setting::DangerouslyAllowNullOrigin),
        Mistake::InsecureOriginWithCredentials => Some(Setting::DangerouslyAllowInsecureOrigins),
        Mistake::PublicSuffixWithCredentials => Some(Setting::DangerouslyAllowPublicSuffix),
        _ => None,
    }
}

/// The settings that are `true` or `false`.
const SWITCHES: [Setting; 4] = [
    Setting::AllowCredentials,
    Setting::DangerouslyAllowNullOrigin,
    Setting::DangerouslyAllowInsecureOrigins,
    Setting::DangerouslyAllowPublicSuffix,
];

/// Stands for origins that could not be read, so that the other settings are checked all the same.
const STAND_IN: &str = "https://stand-in.invalid";
