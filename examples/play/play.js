/* examples/play/play.js - what both pages need: the module, canvases that are sharp, axes, lines. */
"use strict";

/* The module from its base64 text; it asks nothing of the page but to say so when it stops. */
async function load(text) {
    const bytes = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
    const stop = (what) => () => { throw new Error("the module asked for " + what); };
    const module = await WebAssembly.compile(bytes), imports = {};
    for (const {module: from, name} of WebAssembly.Module.imports(module)) {
        imports[from] = imports[from] || {};
        imports[from][name] = name === "emscripten_notify_memory_growth" ? () => {} : stop(name);
    }
    const {exports} = await WebAssembly.instantiate(module, imports);
    if (exports._initialize) exports._initialize();
    return exports;
}

function hex(exports, check) {
    const room = 65536, at = exports.malloc(room), n = check(at, room);
    return Array.from(new Uint8Array(exports.memory.buffer, at, n), (b) => b.toString(16).padStart(2, "0")).join("");
}

/* A canvas of the size at which it is seen; its context is in units of that size. */
function sharp(canvas, ratio) {
    const scale = window.devicePixelRatio || 1, width = canvas.clientWidth, height = Math.round(width * ratio);
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
        canvas.style.height = height + "px";
    }
    const c = canvas.getContext("2d");
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.clearRect(0, 0, width, height);
    c.font = "12px system-ui, sans-serif";
    return {c, width, height};
}

/* Axes of a plot from x = [low, high], y = [low, high]; what maps values to places. */
function axes(p, x, y, xName, yName, xTicks, yTicks) {
    const left = 46, right = p.width - 10, top = 10, bottom = p.height - 34, c = p.c;
    const X = (v) => left + (v - x[0]) / (x[1] - x[0]) * (right - left);
    const Y = (v) => bottom - (v - y[0]) / (y[1] - y[0]) * (bottom - top);
    c.strokeStyle = "#999";
    c.lineWidth = 1;
    c.strokeRect(left, top, right - left, bottom - top);
    c.fillStyle = "#333";
    c.textAlign = "center";
    c.textBaseline = "top";
    for (const t of xTicks) {
        c.fillText(String(t), X(t), bottom + 4);
        c.beginPath(), c.moveTo(X(t), bottom), c.lineTo(X(t), bottom - 4), c.stroke();
    }
    c.fillText(xName, (left + right) / 2, bottom + 19);
    c.textAlign = "right";
    c.textBaseline = "middle";
    for (const t of yTicks) {
        c.fillText(String(t), left - 4, Y(t));
        c.beginPath(), c.moveTo(left, Y(t)), c.lineTo(left + 4, Y(t)), c.stroke();
    }
    c.save();
    c.translate(11, (top + bottom) / 2);
    c.rotate(-Math.PI / 2);
    c.textAlign = "center";
    c.fillText(yName, 0, 0);
    c.restore();
    return {X, Y, left, right, top, bottom};
}

function line(p, a, xs, ys, colour, dash, width) {
    const c = p.c;
    c.save();
    c.beginPath();
    c.rect(a.left, a.top, a.right - a.left, a.bottom - a.top);
    c.clip();
    c.strokeStyle = colour;
    c.lineWidth = width || 2;
    c.setLineDash(dash);
    c.beginPath();
    for (let k = 0; k < xs.length; k++) c[k ? "lineTo" : "moveTo"](a.X(xs[k]), a.Y(ys[k]));
    c.stroke();
    c.restore();
}

/* Round numbers between low and high. */
function ticks(low, high, about) {
    const raw = (high - low) / about, unit = Math.pow(10, Math.floor(Math.log10(raw)));
    const step = [1, 2, 5, 10].map((k) => k * unit).find((s) => s >= raw), out = [];
    for (let t = Math.ceil(low / step) * step; t <= high + 1e-9 * step; t += step) out.push(+t.toPrecision(6));
    return out;
}

const $ = (id) => document.getElementById(id);

/* The page's own start: #check shows the bytes of the fixed moves and nothing else. */
async function begin(check, run) {
    let exports;
    try {
        exports = await load($("wasm").textContent);
    } catch (error) {
        $("says").innerHTML = "<span class=\"failed\">This browser does not run WebAssembly: " + error.message + "</span>";
        return;
    }
    if (location.hash === "#check") {
        document.body.innerHTML = "<pre id=\"check\">" + hex(exports, exports[check]) + "</pre>";
        return;
    }
    run(exports);
}
