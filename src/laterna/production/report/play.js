const film = document.querySelector("video");
const heads = [...document.querySelectorAll("svg[data-left]")].map((drawing) => {
  const head = drawing.querySelector(".head") ||
    drawing.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "line"));
  head.setAttribute("class", "head");
  head.setAttribute("y1", "0");
  head.setAttribute("y2", "100%");
  return { head, left: +drawing.dataset.left, right: +drawing.dataset.right };
});

function follow() {
  for (const { head, left, right } of heads) {
    const x = left + (right - left) * (film.currentTime / (film.duration || 1));
    head.setAttribute("x1", x);
    head.setAttribute("x2", x);
  }
  if (!film.paused) requestAnimationFrame(follow);
}

function seek(event) {
  if (event.type === "keydown" && event.key !== "Enter") return;
  const target = event.target.closest("[data-time]");
  if (target) film.currentTime = +target.dataset.time + 0.001;
}

if (film) {
  for (const name of ["play", "seeked", "timeupdate", "loadedmetadata"]) film.addEventListener(name, follow);
  document.addEventListener("click", seek);
  document.addEventListener("keydown", seek);
}
