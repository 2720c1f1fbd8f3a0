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
            /* a formula in a line that no break can make narrow enough scrolls by itself */
            var room = box.closest("td, li, p, dd, article"), bases = display ? [] : box.querySelectorAll(".base");
            for (var k = 0; room && k < bases.length; k++)
                if (bases[k].getBoundingClientRect().width > room.clientWidth) box.classList.add("wide");
        });
    }
    var script = document.createElement("script");
    script.src = here + "katex.min.js";
    script.onload = draw;
    document.head.appendChild(script);
})();
