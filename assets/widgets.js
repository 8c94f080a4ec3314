// Sets up what the widgets' libraries in vendor/ expect of a page. It runs after
// require.js and before embed-amd.js; see nb_ipywidgets_js in _config.yml.
(() => {
  // The libraries' own parts lie beside them, not beside the page that asks.
  const here = document.currentScript.src.replace(/[^/]*$/, "");
  window.__jupyter_widgets_assets_path__ = `${here}vendor/`;
  require.config({
    paths: {
      "@jupyter-widgets": `${here}vendor`,
      "@jupyter-widgets/html-manager/dist": `${here}vendor`,
    },
  });

  // Labels are typeset by way of MathJax 2, and the book has MathJax 3.
  document.addEventListener("DOMContentLoaded", () => {
    if (!window.MathJax?.startup) return;
    let typeset = MathJax.startup.promise;
    const queue = ([, , label]) => {
      typeset = typeset
        .then(() => MathJax.typesetPromise([label]))
        .catch((error) => console.error(error));
    };
    MathJax.Hub = { Queue: queue };
  });
})();
