// Small conveniences; every page works without them.
"use strict";
document.addEventListener("change", (event) => {
  const all = event.target.closest("input[data-check-all]");
  if (!all) return;
  for (const box of document.querySelectorAll(`input[type=checkbox][name="${all.dataset.checkAll}"]`)) box.checked = all.checked;
});
document.addEventListener("htmx:configRequest", (event) => {
  const csrf = document.querySelector("input[name=csrf]");
  if (csrf) event.detail.headers["X-CSRF-Token"] = csrf.value;
});
