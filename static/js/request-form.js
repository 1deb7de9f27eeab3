/* The request form works without this. With it, questions that depend on an answer are shown only when it is given,
   and the links to other steps save what was written before they leave. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-request-form]");
  if (!form) return;

  const valuesOf = (name) =>
    [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
      .filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked)
      .map((input) => (input.type === "checkbox" && input.value === "on" ? "yes" : input.value));

  const groups = [...form.querySelectorAll("fieldset[data-show-if]")];
  const refresh = () => {
    for (const group of groups) {
      const condition = JSON.parse(group.dataset.showIf);
      group.hidden = !Object.entries(condition).every(
        ([name, wanted]) => !form.elements[name] || valuesOf(name).some((value) => wanted.includes(value)),
      );
    }
  };
  form.addEventListener("change", refresh);
  refresh();

  for (const link of document.querySelectorAll("a[data-go]")) {
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const go = document.createElement("input");
      Object.assign(go, { type: "hidden", name: "go", value: link.dataset.go });
      form.append(go);
      form.submit();
    });
  }

  document.querySelector(".error-summary[role=alert]")?.focus();
})();
