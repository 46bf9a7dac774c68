// Texts whose contrast with the ground behind them is under 4.5:1 (WCAG 2.1, 1.4.3).
const channel = (value) => {
  const part = value / 255;
  return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
};
const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
const light = (colour) => {
  const [red, green, blue] = numbers(colour).map(channel);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const ground = (node) => {
  for (let at = node; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    const parts = numbers(colour);
    if (parts.length === 3 || parts[3] === 1) return colour;
  }
  return "rgb(255, 255, 255)";
};
return [...document.querySelectorAll("body *")]
  .filter((node) => node.offsetParent
    && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
  .map((node) => {
    const [one, two] = [light(getComputedStyle(node).color), light(ground(node))];
    return [(Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05), node.outerHTML];
  })
  .filter(([ratio]) => ratio < 4.5);
