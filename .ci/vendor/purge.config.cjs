// What PurgeCSS may see: our templates, our scripts and the Jinja macros of the components that we use.
const words = (text) => text.match(/[A-Za-z0-9_!-]+/g) || [];
module.exports = {
  defaultExtractor: words,
  fontFace: false,
  keyframes: true,
  variables: false,
  safelist: { standard: [":root", ":focus", ":checked"] },
};
