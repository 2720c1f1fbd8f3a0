/* docs/site/static/math.js - formulas by KaTeX, which lies beside this file: nothing is fetched from elsewhere. */
(function () {
    var here = document.currentScript.src.replace(/[^/]*$/, "");
    var sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = here + "katex.min.css";
    document.head.appendChild(sheet);
    function draw() {
        document.querySelectorAll(".math").forEach(function (box) {
            if (box.querySelector(".katex")) return;
            var text = box.textContent.trim(), display = box.tagName === "DIV";
            text = text.replace(/^\\[\[(]/, "").replace(/\\[\])]$/, "");
            katex.render(text, box, {displayMode: display, throwOnError: false, strict: "ignore"});
        });
    }
    var script = document.createElement("script");
    script.src = here + "katex.min.js";
    script.onload = draw;
    document.head.appendChild(script);
})();
