//! What is made from the definitions of the commands: completions, and pages of the manual.

use clap::CommandFactory;
use clap_mangen::Man;

use crate::arguments::{Arguments, CompletionsArguments, ManArguments};
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Prints the completions of a shell.
pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "corsac",
        &mut script,
    );
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::AsWanted)
}

/// Prints a page of the manual.
pub(crate) fn man(arguments: &ManArguments) -> Result<Exit, Failure> {
    let mut commands = Arguments::command();
    commands.build();
    let command = match &arguments.command {
        None => commands,
        Some(name) => match commands.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                let message = format!("there is no command `{name}`");
                return Err(Failure::misuse(message).with_help("`corsac --help` lists them"));
            }
        },
    };
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::misuse(format!("cannot write the page: {error}")))?;
    terminal::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::AsWanted)
}
