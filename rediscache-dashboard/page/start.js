// Makes the address end with a slash, so that all that is asked for from here on lies below it, under whichever path.
if (!location.pathname.endsWith("/")) {
  history.replaceState(null, "", location.pathname + "/" + location.hash);
}
const theme = localStorage.getItem("rediscache-theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
import(new URL("page.js", location.href).href);
