//! Frameworks, with an application that knows nothing of CORS.

use std::path::Path;

use corsac_probe::{Code, Stack};

use super::launch::{Launch, Program};
use super::{Kind, Part, check, check_part};

/// Gets the path of the source.
fn source(path: &Path, _: u16) -> Vec<String> {
    vec![path.display().to_string()]
}

#[test]
fn express_is_mended() {
    let launch = Launch {
        program: Program::Node,
        file: "app.js",
        config: |_, (port, _), snippet| {
            format!(
                "const app = require('express')();\n{snippet}\n\
                 const pets = (request, response) => response.set('X-Total', '3').send('pets');\n\
                 app.get('/pets', pets);\napp.put('/pets', pets);\n\
                 app.listen({port}, '127.0.0.1');\n"
            )
        },
        arguments: source,
    };
    check(&Kind {
        stack: Stack::Express,
        launch,
        broken: "no-allow-origin",
    });
}

#[test]
fn fastify_is_mended() {
    let launch = Launch {
        program: Program::Node,
        file: "app.js",
        config: |_, (port, _), snippet| {
            // The check sends no body, which would be no JSON.
            format!(
                "(async () => {{\nconst app = require('fastify')();\n{snippet}\n\
                 app.addContentTypeParser('application/json', (request, body, done) => done(null));\n\
                 const pets = async (request, reply) => reply.header('X-Total', '3').send('pets');\n\
                 app.get('/pets', pets);\napp.put('/pets', pets);\n\
                 await app.listen({{ port: {port}, host: '127.0.0.1' }});\n}})();\n"
            )
        },
        arguments: source,
    };
    check(&Kind {
        stack: Stack::Fastify,
        launch,
        broken: "preflight-no-handler",
    });
}

#[test]
fn fastapi_is_mended() {
    let launch = Launch {
        program: Program::OfPython("python"),
        file: "main.py",
        config: |_, (port, _), snippet| {
            format!(
                "from fastapi import FastAPI, Response\nimport uvicorn\n\napp = FastAPI()\n\n\
                 @app.get('/pets')\n@app.put('/pets')\ndef pets(response: Response):\n    \
                 response.headers['X-Total'] = '3'\n    return 'pets'\n\n{snippet}\n\n\
                 uvicorn.run(app, host='127.0.0.1', port={port})\n"
            )
        },
        arguments: source,
    };
    check(&Kind {
        stack: Stack::FastApi,
        launch,
        broken: "preflight-no-handler",
    });
}

#[test]
fn errors_of_fastapi_are_mended() {
    let launch = Launch {
        program: Program::OfPython("python"),
        file: "main.py",
        config: |_, (port, _), snippet| {
            format!(
                "from fastapi import FastAPI\nimport uvicorn\n\napp = FastAPI()\n\n\
                 @app.get('/pets')\ndef pets():\n    return 'pets'\n\n\
                 @app.get('/broken')\ndef broken():\n    raise RuntimeError('of a test')\n\n\
                 {snippet}\n\nuvicorn.run(app, host='127.0.0.1', port={port})\n"
            )
        },
        arguments: source,
    };
    check_part(&Part {
        stack: Stack::FastApi,
        launch,
        code: Code::NoAllowOriginOnError,
        before: Some(Code::NoAllowOrigin),
        path: "/broken",
        broken: &["server-error", "no-allow-origin-on-error"],
        mended: &["server-error"],
    });
}

#[test]
fn flask_is_mended() {
    let launch = Launch {
        program: Program::OfPython("python"),
        file: "app.py",
        config: |_, (port, _), snippet| {
            format!(
                "from flask import Flask\n\napp = Flask(__name__)\n\n\
                 @app.route('/pets', methods=['GET', 'PUT'])\ndef pets():\n    \
                 return 'pets', 200, {{'X-Total': '3'}}\n\n{snippet}\n\n\
                 app.run(host='127.0.0.1', port={port})\n"
            )
        },
        arguments: source,
    };
    check(&Kind {
        stack: Stack::Flask,
        launch,
        broken: "no-allow-origin",
    });
}

#[test]
fn django_is_mended() {
    let launch = Launch {
        program: Program::OfPython("python"),
        file: "site_of_pets.py",
        config: |_, (port, _), snippet| {
            format!(
                "import os\n\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site_of_pets'\n\
                 DEBUG = False\nSECRET_KEY = 'a key of a test'\nALLOWED_HOSTS = ['127.0.0.1']\n\
                 ROOT_URLCONF = 'site_of_pets'\nINSTALLED_APPS = []\n\
                 MIDDLEWARE = ['django.middleware.common.CommonMiddleware']\n\n{snippet}\n\n\
                 from django.http import HttpResponse\nfrom django.urls import path\n\n\
                 def pets(request):\n    return HttpResponse('pets', headers={{'X-Total': '3'}})\n\n\
                 urlpatterns = [path('pets', pets)]\n\nif __name__ == '__main__':\n    \
                 from django.core.management import execute_from_command_line\n    \
                 execute_from_command_line(['', 'runserver', '--noreload', '127.0.0.1:{port}'])\n"
            )
        },
        arguments: source,
    };
    check(&Kind {
        stack: Stack::Django,
        launch,
        broken: "no-allow-origin",
    });
}
