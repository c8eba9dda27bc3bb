/** The little of js-yaml that tests read manifests with; the package has no types. */
declare module "js-yaml" {
  const yaml: { load(text: string): unknown };
  export default yaml;
}
